using System.Globalization;
using Agent.Components.Discovery.Process;
using Agent.Sdk;
using Agent.Telemetry;

namespace Agent.Components.Tests.Discovery.Process;

public sealed class DiscoveryProcessTests : IAsyncDisposable
{
    private const string Container = "a534eb629135e43beb13213976e37bb2ab95cba4c0d1d0b4e27c6bc4d8091b83";

    private readonly string _folder = Directory.CreateTempSubdirectory("invar-proc-").FullName;
    private readonly DiscoveryRun<DiscoveryProcess.Arguments> _run;

    public DiscoveryProcessTests()
    {
        System.IO.File.WriteAllText(Path.Combine(_folder, "passwd"), "root:x:0:0::/root:/bin/sh\nbroken\nweb:x:33:33::/:\n");
        Directory.CreateDirectory(Path.Combine(_folder, "proc", "sys"));
        _run = new DiscoveryRun<DiscoveryProcess.Arguments>(
            "discovery.process",
            context => new DiscoveryProcess(context, new ProcFolder(Path.Combine(_folder, "proc"), Path.Combine(_folder, "passwd"))),
            static exports => ((DiscoveryProcess.Exports)exports).Targets);
    }

    private string Processes => string.Join(' ', _run.Targets.Select(static target => target["__process_pid__"]));

    public async ValueTask DisposeAsync()
    {
        await _run.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Processes_have_what_was_asked_for_and_kernel_threads_are_left_out()
    {
        Make(7, "/usr/sbin/nginx", $"0::/kubepods.slice/cri-containerd-{Container}.scope\n");
        Make(12, null, "0::/\n");
        Make(100, "/bin/sh", "12:cpuset:/a\n0::/user.slice/session-3.scope\n");
        await _run.StartAsync(new DiscoveryProcess.Arguments { DiscoverConfig = new DiscoveryProcess.DiscoverConfig { CgroupPath = true } });
        await _run.UntilAsync(() => Processes == "7 100");

        Assert.Equal(
            $"__container_id__={Container} __meta_process_cgroup_path=0::/kubepods.slice/cri-containerd-{Container}.scope "
            + "__meta_process_commandline=prog -x a b __meta_process_cwd=/ __meta_process_exe=/usr/sbin/nginx __meta_process_uid=33 "
            + "__meta_process_username=web __process_pid__=7",
            string.Join(' ', _run.Targets[0].Labels.Select(static label => $"{label.Name}={label.Value}")));
        Assert.Equal("12:cpuset:/a|0::/user.slice/session-3.scope", _run.Targets[1]["__meta_process_cgroup_path"]);
        Assert.Equal("", _run.Targets[1]["__container_id__"]);
        Assert.Equal(0, _run.Metric("discovery_process_unreadable_processes"));
    }

    [Fact]
    public async Task What_is_not_asked_for_is_not_read()
    {
        Make(12, null, "0::/\n");
        await _run.StartAsync(new DiscoveryProcess.Arguments
        {
            DiscoverConfig = new DiscoveryProcess.DiscoverConfig
            {
                Exe = false, Cwd = false, Commandline = false, Username = false, Uid = false, ContainerId = false,
            },
        });

        await _run.UntilAsync(() => Processes == "12");
        Assert.Single(_run.Targets[0].Labels);
    }

    [Fact]
    public async Task Processes_are_read_again_after_the_interval_but_not_when_only_the_joined_targets_change()
    {
        Make(7, "/bin/a", $"0::/docker/{Container}\n");
        await _run.StartAsync(new DiscoveryProcess.Arguments());
        await _run.UntilAsync(() => Processes == "7");

        Make(8, "/bin/b", "0::/\n");
        await _run.ApplyAsync(new DiscoveryProcess.Arguments { Join = [Of(("__meta_docker_container_id", Container), ("job", "x"))] });
        await _run.UntilAsync(() => _run.Targets.Count == 2);
        Assert.Equal(("7", "x"), (_run.Targets[0]["__process_pid__"], _run.Targets[0]["job"]));
        Assert.Equal("", _run.Targets[1]["__process_pid__"]);

        await _run.AdvanceUntilAsync(() => _run.Targets.Count == 3);
        Assert.Equal("7 8 ", Processes);
    }

    [Fact]
    public async Task A_list_that_cannot_be_read_keeps_the_last_one()
    {
        Make(7, "/bin/a", "0::/\n");
        await _run.StartAsync(new DiscoveryProcess.Arguments());
        await _run.UntilAsync(() => Processes == "7");

        Directory.Move(Path.Combine(_folder, "proc"), Path.Combine(_folder, "gone"));
        await _run.AdvanceUntilAsync(() => _run.Context.Health == HealthState.Unhealthy);

        Assert.Equal("7", Processes);
    }

    [Fact]
    public async Task The_process_of_this_test_is_found_in_the_real_folder()
    {
        await using var real = new DiscoveryRun<DiscoveryProcess.Arguments>(
            "discovery.process", static context => new DiscoveryProcess(context), static exports => ((DiscoveryProcess.Exports)exports).Targets);
        await real.StartAsync(new DiscoveryProcess.Arguments());
        string own = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        await real.UntilAsync(() => real.Targets.Any(target => target["__process_pid__"] == own));

        Target found = real.Targets.Single(target => target["__process_pid__"] == own);
        Assert.Equal((Environment.ProcessPath, Environment.CurrentDirectory), (found["__meta_process_exe"], found["__meta_process_cwd"]));
    }

    [Fact]
    public void Targets_are_joined_by_their_container_and_stay_themselves()
    {
        Target[] processes = [Of(("__process_pid__", "1"), ("__container_id__", "c1")), Of(("__process_pid__", "2"))];
        Target[] containers =
        [
            Of(("pod", "pod-1"), ("__container_id__", "c1")),
            Of(("pod", "pod-2"), ("__meta_kubernetes_pod_container_id", "containerd://c2")),
            Of(("pod", "pod-3"), ("__meta_kubernetes_pod_container_id", "other://c1")),
        ];

        Assert.Equal(
            [containers[2], Of(("__process_pid__", "1"), ("__container_id__", "c1"), ("pod", "pod-1")), processes[1], containers[0], containers[1]],
            TargetJoin.Join(processes, containers));
    }

    [Theory]
    [InlineData("12:cpuset:/kubepods.slice/kubepods-pod471203d1_984f.slice/cri-containerd-{0}.scope", true)]
    [InlineData("0::/kubepods.slice/crio-{0}.scope", true)]
    [InlineData("0::/../../kubepods-besteffort-pod88f6f4e3.slice/docker-{0}.scope", true)]
    [InlineData("11:devices:/kubepods/besteffort/pod85adbef3-622f-4ef2-8f60-a8bdf3eb6c72/{0}", true)]
    [InlineData("0::/x\n1:name=systemd:/docker/{0}  ", true)]
    [InlineData("0::/docker/{0}/init", false)]
    [InlineData("0::/docker/{0}0", false)]
    [InlineData("0::/docker/x{0}", false)]
    [InlineData("0::{0}", false)]
    [InlineData("0::/../../user.slice/user-501.slice/session-3.scope", false)]
    public void Containers_are_known_by_the_names_of_their_groups(string cgroup, bool isOne) =>
        Assert.Equal(isOne ? Container : "", ControlGroups.ContainerIdOf(cgroup.Replace("{0}", Container, StringComparison.Ordinal)));

    private static Target Of(params (string Name, string Value)[] labels) =>
        new(LabelSet.From(labels.Select(static label => KeyValuePair.Create(label.Name, label.Value))));

    private void Make(int process, string? exe, string cgroup)
    {
        string folder = Directory.CreateDirectory(Path.Combine(_folder, "proc", process.ToString(CultureInfo.InvariantCulture))).FullName;
        if (exe is not null)
        {
            System.IO.File.CreateSymbolicLink(Path.Combine(folder, "exe"), exe);
        }
        System.IO.File.CreateSymbolicLink(Path.Combine(folder, "cwd"), "/");
        System.IO.File.WriteAllText(Path.Combine(folder, "cmdline"), "prog\0-x\0a b\0");
        System.IO.File.WriteAllText(Path.Combine(folder, "status"), "Name:\tprog\nUid:\t33\t34\t35\t36\nGid:\t1\n");
        System.IO.File.WriteAllText(Path.Combine(folder, "cgroup"), cgroup);
    }
}
