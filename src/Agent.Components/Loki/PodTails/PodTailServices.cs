using Agent.Components.Common;
using Agent.Components.Common.Files;
using Agent.Sdk.Memory;
using Agent.Telemetry.Logs;
using Microsoft.Extensions.Logging;

namespace Agent.Components.Loki.PodTails;

/// <summary>What all tails of a component share.</summary>
internal sealed class PodTailServices : IDisposable
{
    private volatile ILogConsumer _consumer = LogFanOut.Of([]);
    private volatile PodLogClient? _client;
    private volatile string _folder = "";

    public required PodTailMetrics Metrics { get; init; }

    public required TimeProvider Time { get; init; }

    public required ILogger Logger { get; init; }

    /// <summary>No bytes are read while it is closed.</summary>
    public MemoryGate Memory { get; init; } = MemoryGate.AlwaysOpen;

    /// <summary>Something was delivered that is not saved yet.</summary>
    public required Action Moved { get; init; }

    /// <summary>A tail ended, changed its way, or began or ceased to have a problem.</summary>
    public required Action Changed { get; init; }

    /// <summary>Reports changes in folders of logs; null where the system cannot.</summary>
    public FolderWatcher? Watcher { get; set; }

    public LogBatchPool Batches { get; } = new(PodLimits.Buffers);

    /// <summary>Taken while a buffer and a batch are held.</summary>
    public SemaphoreSlim Turns { get; } = new(PodLimits.Buffers);

    /// <summary>Taken while a pod is asked for.</summary>
    public SemaphoreSlim Requests { get; } = new(PodLimits.Requests);

    /// <summary>Read once per batch: a change of the configuration swaps it.</summary>
    public ILogConsumer Consumer
    {
        get => _consumer;
        set => _consumer = value;
    }

    /// <summary>Read once per connection; null while it is not known how to reach the server.</summary>
    public PodLogClient? Client
    {
        get => _client;
        set => _client = value;
    }

    /// <summary>Where the kubelet of the own node keeps logs; empty where they are not to be read.</summary>
    public string Folder
    {
        get => _folder;
        set => _folder = value;
    }

    public void Dispose()
    {
        Watcher?.Dispose();
        Batches.Dispose();
        Turns.Dispose();
        Requests.Dispose();
    }
}
