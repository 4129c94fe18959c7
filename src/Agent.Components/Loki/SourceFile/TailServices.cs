using Agent.Sdk.Memory;
using Agent.Telemetry.Logs;
using Microsoft.Extensions.Logging;

namespace Agent.Components.Loki.SourceFile;

/// <summary>What all tails of a component share.</summary>
internal sealed class TailServices
{
    private volatile ILogConsumer _consumer = LogFanOut.Of([]);
    private volatile IReadOnlySet<string> _targets = new HashSet<string>();

    public required PositionKeeper Positions { get; init; }

    public required SourceFileMetrics Metrics { get; init; }

    public required TailWakeups Wakeups { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>No block is read while it is closed.</summary>
    public MemoryGate Memory { get; init; } = MemoryGate.AlwaysOpen;

    public required ILogger Logger { get; init; }

    /// <summary>Read once per batch: a change of the configuration swaps it.</summary>
    public ILogConsumer Consumer
    {
        get => _consumer;
        set => _consumer = value;
    }

    /// <summary>The paths that have tails.</summary>
    public IReadOnlySet<string> Targets
    {
        set => _targets = value;
    }

    /// <summary>True for a path that has a tail of its own.</summary>
    public bool IsTarget(string path) => _targets.Contains(path);
}
