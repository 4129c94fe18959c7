namespace Agent.Sdk.Tests;

public sealed class NodeIdentityTests
{
    [Theory]
    [InlineData("K8S_NODE_NAME NODE_NAME HOSTNAME", "K8S_NODE_NAME")]
    [InlineData("HOSTNAME NODE_NAME", "NODE_NAME")]
    [InlineData("HOSTNAME", "HOSTNAME")]
    [InlineData("HOST", null)]
    public void The_variable_that_says_it_most_clearly_counts(string set, string? variable) =>
        Assert.Equal(variable, NodeIdentity.Find(name => set.Split(' ').Contains(name) ? "a" : null)?.Variable);

    [Fact]
    public void An_empty_variable_is_none() => Assert.Null(NodeIdentity.Find(static _ => ""));

    [Theory]
    [InlineData("node-7", true)]
    [InlineData("7", true)]
    [InlineData("ip-10-0-0-1.ec2.internal", true)]
    [InlineData("gke-x--y.a", true)]
    [InlineData("", false)]
    [InlineData("Node", false)]
    [InlineData("node_7", false)]
    [InlineData("a..b", false)]
    [InlineData(".a", false)]
    [InlineData("a.", false)]
    [InlineData("a-.b", false)]
    [InlineData("-a", false)]
    [InlineData("a*", false)]
    [InlineData("a b", false)]
    public void A_node_is_called_by_a_subdomain(string name, bool isPossible) => Assert.Equal(isPossible, new NodeIdentity("X", name).IsPossible);

    [Fact]
    public void A_name_of_more_than_253_letters_is_none() => Assert.False(new NodeIdentity("X", string.Join('.', Enumerable.Repeat("a", 128))).IsPossible);
}
