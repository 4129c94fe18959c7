using Agent.Sdk.Memory;
using Agent.Telemetry.Logs;
using Microsoft.Extensions.Logging;

namespace Agent.Components.Loki.SourceDocker;

/// <summary>What all tails of a component share.</summary>
internal sealed class DockerServices
{
    private volatile ILogConsumer _consumer = LogFanOut.Of([]);
    private volatile DockerClient? _client;

    public required DockerMetrics Metrics { get; init; }

    public required TimeProvider Time { get; init; }

    public required ILogger Logger { get; init; }

    /// <summary>No bytes are read while it is closed.</summary>
    public MemoryGate Memory { get; init; } = MemoryGate.AlwaysOpen;

    /// <summary>Something was delivered that is not saved yet.</summary>
    public required Action Moved { get; init; }

    /// <summary>A tail ended, or began or ceased to have a problem.</summary>
    public required Action Changed { get; init; }

    /// <summary>Read once per batch: a change of the configuration swaps it.</summary>
    public ILogConsumer Consumer
    {
        get => _consumer;
        set => _consumer = value;
    }

    /// <summary>Read once per connection.</summary>
    public DockerClient Client
    {
        get => _client!;
        set => _client = value;
    }
}
