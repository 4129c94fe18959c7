using Agent.Run;

namespace Agent.Tests.Run;

public sealed class CgroupMemoryTests : IDisposable
{
    private const string Unlimited = "9223372036854771712";
    private readonly string _root = Directory.CreateTempSubdirectory("invar-root-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void The_smallest_limit_of_the_own_group_and_those_around_it_counts()
    {
        Write("proc/self/cgroup", "0::/kubepods.slice/pod1.slice/c:1.scope\n");
        Write("sys/fs/cgroup/kubepods.slice/memory.max", "8000000000\n");
        Write("sys/fs/cgroup/kubepods.slice/pod1.slice/memory.max", "300000000\n");
        Write("sys/fs/cgroup/kubepods.slice/pod1.slice/c:1.scope/memory.max", "max\n");
        Assert.Equal(300_000_000, CgroupMemory.Limit(_root));
        Write("sys/fs/cgroup/kubepods.slice/pod1.slice/c:1.scope/memory.max", "268435456\n");
        Assert.Equal(268_435_456, CgroupMemory.Limit(_root));
    }

    [Theory]
    [InlineData("0::/\n")]
    [InlineData("0::/kubepods.slice/pod1.slice/c1.scope\n")]
    [InlineData("0::/../../other\n")]
    public void A_container_that_sees_its_group_as_the_root_has_that_limit(string groups)
    {
        Write("proc/self/cgroup", groups);
        Write("sys/fs/cgroup/memory.max", "268435456\n");
        Assert.Equal(268_435_456, CgroupMemory.Limit(_root));
    }

    [Fact]
    public void Version_1_counts_too_and_huge_values_are_no_limit()
    {
        Write("proc/self/cgroup", "9:name=systemd:/\n4:cpu,memory:/docker/c1\n0::/\n");
        Write("sys/fs/cgroup/memory/memory.limit_in_bytes", Unlimited);
        Write("sys/fs/cgroup/memory/docker/memory.limit_in_bytes", Unlimited);
        Write("sys/fs/cgroup/memory/docker/c1/memory.limit_in_bytes", "104857600\n");
        Assert.Equal(104_857_600, CgroupMemory.Limit(_root));
        Write("sys/fs/cgroup/memory/docker/c1/memory.limit_in_bytes", Unlimited);
        Assert.Null(CgroupMemory.Limit(_root));
    }

    [Fact]
    public void Version_2_beside_version_1_is_looked_at_where_it_is_mounted()
    {
        Write("proc/self/cgroup", "4:memory:/\n0::/a\n");
        Write("sys/fs/cgroup/memory/memory.limit_in_bytes", "500\n");
        Write("sys/fs/cgroup/unified/a/memory.max", "400\n");
        Assert.Equal(400, CgroupMemory.Limit(_root));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("what is this\n")]
    [InlineData("0::/a\n")]
    public void Without_groups_or_limits_there_is_none(string? groups)
    {
        if (groups is not null)
        {
            Write("proc/self/cgroup", groups);
            Write("sys/fs/cgroup/a/memory.max", "max\n");
        }
        Assert.Null(CgroupMemory.Limit(_root));
    }

    private void Write(string path, string text)
    {
        string full = Path.Combine(_root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }
}
