namespace Agent.EndToEnd.Torture.Modules;

public sealed class AgentInventoryTests
{
    [Fact]
    public void What_is_left_behind_and_what_is_missing_is_told()
    {
        var running = new AgentInventory(new HashSet<string> { "a", "m.x/b" }, new HashSet<string> { "/a", "/m.x/b" });
        var fresh = new AgentInventory(new HashSet<string> { "a", "c" }, new HashSet<string> { "/a", "/c" });

        Assert.Equal(
            ["component left behind: m.x/b", "component missing: c", "metrics left behind: /m.x/b", "metrics missing: /c"], running.Differences(fresh));
        Assert.Empty(running.Differences(running));
    }
}
