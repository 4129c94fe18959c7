using Agent.Components.Common;
using Agent.Kubernetes;
using Agent.Sdk.Memory;
using Agent.Sdk.Metrics;
using Agent.Telemetry.Logs;
using Microsoft.Extensions.Logging;

namespace Agent.Components.Loki.SourceKubernetesEvents;

/// <summary>The component's self-metrics; Alloy has none.</summary>
internal sealed class EventMetrics(MetricScope scope)
{
    public Counter Entries { get; } = scope.Counter("loki_source_kubernetes_events_entries_total", "Number of events that were sent on.");

    public Counter Known { get; } = scope.Counter(
        "loki_source_kubernetes_events_repeated_total", "Number of events that came again after a restart or a new list and were left out.");

    public Counter Dropped { get; } = scope.Counter(
        "loki_source_kubernetes_events_dropped_total", "Number of events that cannot be sent on.", ("reason", "no_involved_object"));

    public Gauge Leader { get; } = scope.Gauge("loki_source_kubernetes_events_is_leader", "Whether this agent reads the events (1) or another one does (0).");
}

/// <summary>What the feeds of all namespaces share.</summary>
internal sealed class EventServices
{
    private volatile ILogConsumer _consumer = LogFanOut.Of([]);

    public required EventMetrics Metrics { get; init; }

    public required TimeProvider Time { get; init; }

    public required ILogger Logger { get; init; }

    /// <summary>No events are taken while it is closed.</summary>
    public MemoryGate Memory { get; init; } = MemoryGate.AlwaysOpen;

    /// <summary>Something was delivered that is not saved yet.</summary>
    public required Action Moved { get; init; }

    /// <summary>A feed ended, or began or ceased to have a problem.</summary>
    public required Action Changed { get; init; }

    public LogBatchPool Batches { get; } = new();

    /// <summary>Read once per batch.</summary>
    public ILogConsumer Consumer
    {
        get => _consumer;
        set => _consumer = value;
    }
}

/// <summary>What one feed reads, and how its entries look; a change of it makes another feed.</summary>
/// <param name="Namespace">Empty for all of them.</param>
/// <param name="Instance">The label <c>instance</c>.</param>
internal sealed record EventFeedSettings(KubernetesClient Client, string Namespace, string Job, string Instance, EventLogFormat Format);
