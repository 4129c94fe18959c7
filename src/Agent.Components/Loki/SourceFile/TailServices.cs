using Agent.Telemetry.Logs;
using Microsoft.Extensions.Logging;

namespace Agent.Components.Loki.SourceFile;

/// <summary>What all tails of a component share.</summary>
internal sealed class TailServices
{
    private volatile ILogConsumer _consumer = LogFanOut.Of([]);

    public required PositionKeeper Positions { get; init; }

    public required SourceFileMetrics Metrics { get; init; }

    public required TailWakeups Wakeups { get; init; }

    public required TimeProvider Time { get; init; }

    public required ILogger Logger { get; init; }

    /// <summary>Read once per batch: a change of the configuration swaps it.</summary>
    public ILogConsumer Consumer
    {
        get => _consumer;
        set => _consumer = value;
    }
}
