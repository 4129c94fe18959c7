using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;
using Agent.Syntax.Values;
using Agent.Telemetry;

namespace Agent.Components.Discovery.Process;

/// <summary>Finds the processes of this machine, and joins them with targets of the containers that they run in.</summary>
/// <example>discovery.process "all" {
///   refresh_interval = "60s"
///
///   discover_config {
///     cgroup_path = true
///   }
/// }</example>
[Component("discovery.process")]
public sealed class DiscoveryProcess : IComponent<DiscoveryProcess.Arguments>, IDebuggable
{
    private readonly FoundTargets _found;
    private readonly RefreshLoop _loop;
    private readonly ProcessList _processes;

    public DiscoveryProcess(ComponentContext context)
        : this(context, new ProcFolder("/proc", Common.Files.PasswordFile.UsualPath))
    {
    }

    internal DiscoveryProcess(ComponentContext context, ProcFolder folder)
    {
        _found = new FoundTargets(context, static targets => new Exports(targets));
        _loop = new RefreshLoop(context, "process", _found);
        _processes = new ProcessList(
            folder,
            context.Metrics.Gauge("discovery_process_unreadable_processes", "Processes that were left out because the agent may not read them."),
            context.Time);
    }

    public sealed record Arguments : IValidated
    {
        /// <summary>Targets to join with the processes that run in their container.</summary>
        public ValueList<Target> Join { get; init; } = [];

        /// <summary>Time between two lists of processes.</summary>
        public TimeSpan RefreshInterval { get; init; } = TimeSpan.FromSeconds(60);

        /// <summary>What to find out about each process.</summary>
        [Block] public DiscoverConfig DiscoverConfig { get; init; } = new();

        public void Validate(ValidationContext context) => RefreshInterval.RequirePositive(context, "refresh_interval");
    }

    /// <summary>What to find out about each process.</summary>
    public sealed record DiscoverConfig
    {
        /// <summary>Whether to set `__meta_process_cwd`, the working directory.</summary>
        public bool Cwd { get; init; } = true;

        /// <summary>Whether to set `__meta_process_exe`, the path of the program; kernel threads, which have none, are left out then.</summary>
        public bool Exe { get; init; } = true;

        /// <summary>Whether to set `__meta_process_commandline`.</summary>
        public bool Commandline { get; init; } = true;

        /// <summary>Whether to set `__meta_process_username`.</summary>
        public bool Username { get; init; } = true;

        /// <summary>Whether to set `__meta_process_uid`.</summary>
        public bool Uid { get; init; } = true;

        /// <summary>Whether to set `__container_id__`.</summary>
        public bool ContainerId { get; init; } = true;

        /// <summary>Whether to set `__meta_process_cgroup_path`; with cgroups v1 those of all controllers, with `|` between them.</summary>
        public bool CgroupPath { get; init; }
    }

    /// <param name="Targets">One target for each process, with its number in `__process_pid__`, and the targets to join.</param>
    public sealed record Exports(ValueList<Target> Targets);

    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop)
    {
        _loop.Apply(new ProcessSearch(_processes, arguments), arguments.RefreshInterval, Timeout.InfiniteTimeSpan);
        return ValueTask.CompletedTask;
    }

    public Task RunAsync(CancellationToken stop) => _loop.RunAsync(stop);

    public Value DebugState() => _found.DebugState();

    public ValueTask DisposeAsync()
    {
        _loop.Dispose();
        return ValueTask.CompletedTask;
    }

    private sealed class ProcessSearch(ProcessList processes, Arguments arguments) : ITargetSearch
    {
        private bool _isLater;

        public Task RefreshAsync(FoundTargets found, CancellationToken stop)
        {
            // Where only the targets to join have changed, which they may do all the time, nothing is read.
            TimeSpan age = _isLater ? TimeSpan.Zero : arguments.RefreshInterval;
            _isLater = true;
            List<Target> current = processes.Get(arguments.DiscoverConfig, age, stop);
            found.Set("", TargetJoin.Join(current, arguments.Join));
            return Task.CompletedTask;
        }

        public void Dispose()
        {
            // Holds nothing.
        }
    }
}
