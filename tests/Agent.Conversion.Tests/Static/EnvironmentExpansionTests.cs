using Agent.Conversion.Static;

namespace Agent.Conversion.Tests.Static;

public sealed class EnvironmentExpansionTests
{
    [Theory]
    [InlineData("a ${SET} b", "a value b")]
    [InlineData("${NONE}.", ".")]
    [InlineData("${NONE:-x}${NONE-x}${NONE:=x}${NONE=x}", "xxxx")]
    [InlineData("${SET:-x}", "value")]
    [InlineData("${NONE:-${SET}}", "value")]
    [InlineData("${1}_server $1 $SET", "${1}_server $1 $SET")]
    [InlineData("$${SET}", "${SET}")]
    [InlineData("{SET} $ {", "{SET} $ {")]
    public void Variables_are_replaced(string text, string expanded) =>
        Assert.Equal((expanded, null), EnvironmentExpansion.Expand(text, static name => name == "SET" ? "value" : null));

    [Theory]
    [InlineData("${SET", "missing closing brace")]
    [InlineData("${}", "bad substitution: ${}")]
    [InlineData("${SET%x}", "bad substitution: ${SET%x}")]
    public void What_cannot_be_replaced_is_told(string text, string error) =>
        Assert.Equal((null, error), EnvironmentExpansion.Expand(text, static _ => null));
}
