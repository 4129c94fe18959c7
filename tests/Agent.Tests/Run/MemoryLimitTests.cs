using Agent.Run;

namespace Agent.Tests.Run;

public sealed class MemoryLimitTests
{
    [Theory]
    [InlineData("100MiB", null, null, 100L << 20)]
    [InlineData("4000", null, 5000L, 4000L)]
    [InlineData("1GiB", null, 5000L, 5000L)]
    [InlineData("12345", null, null, 12345L)]
    [InlineData("off", null, 1000L, 900L)]
    [InlineData(null, "0.5", 1000L, 500L)]
    [InlineData(null, "2", 1000L, 900L)]
    [InlineData(null, null, null, null)]
    public void The_named_limit_counts_else_a_share_of_the_cgroup(string? named, string? share, long? cgroup, long? expected) =>
        Assert.Equal(expected, MemoryLimit.Read(name => name == "GOMEMLIMIT" ? named : share, cgroup).Bytes);
}
