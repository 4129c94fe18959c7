using System.Collections.Concurrent;
using Agent.Sdk.Metrics;
using Agent.Syntax.Values;

namespace Agent.Components.Prometheus.RemoteWrite;

/// <summary>What remote write sends, as the names of its self-metrics have it.</summary>
internal enum ItemKind
{
    Samples,
    Histograms,
    Exemplars,
    Metadata,
}

/// <summary>Self-metrics of one endpoint, under Prometheus' names.</summary>
internal sealed class RemoteMetrics
{
    private static readonly double[] DurationBuckets = [.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 25, 60, 120, 300];
    private readonly ItemMetrics[] _kinds;

    /// <param name="scope">The component's.</param>
    /// <param name="name">Of the endpoint.</param>
    /// <param name="url">Of the endpoint, without a user.</param>
    public RemoteMetrics(MetricScope scope, string name, string url)
    {
        (string, string)[] labels = [("remote_name", name), ("url", url)];
        _kinds = [.. Enum.GetValues<ItemKind>().Select(kind => new ItemMetrics(scope, kind, labels))];
        Bytes = scope.Counter("prometheus_remote_storage_bytes_total", "Bytes of samples, histograms and exemplars sent, compressed.", labels);
        MetadataBytes = scope.Counter("prometheus_remote_storage_metadata_bytes_total", "Bytes of metadata sent, compressed.", labels);
        EnqueueRetries = scope.Counter(
            "prometheus_remote_storage_enqueue_retries_total", "How often a block had to wait for room in the queue.", labels);
        Duration = scope.Histogram(
            "prometheus_remote_storage_sent_batch_duration_seconds", "Duration of requests.", DurationBuckets, labels);
        HighestSent = scope.Gauge(
            "prometheus_remote_storage_queue_highest_sent_timestamp_seconds", "Time of the newest sample that was sent.", labels);
    }

    public Counter Bytes { get; }

    public Counter MetadataBytes { get; }

    public Counter EnqueueRetries { get; }

    public Histogram Duration { get; }

    public Gauge HighestSent { get; }

    public ItemMetrics Of(ItemKind kind) => _kinds[(int)kind];

    /// <summary>What was dropped, by reason; whatever is no sample says so.</summary>
    public Value DroppedByReason() => new MapValue(_kinds.SelectMany(static kind => kind.DroppedByReason)
        .ToDictionary(static dropped => dropped.Reason, static dropped => Value.Of(dropped.Count), StringComparer.Ordinal));

    public void Drop(string reason, ItemCounts items) => ForEach(items, (metrics, count) => metrics.Drop(reason, count));

    public void AddPending(ItemCounts items) => ForEach(items, static (metrics, count) => metrics.AddPending(count));

    public void RemovePending(ItemCounts items) => ForEach(items, static (metrics, count) => metrics.AddPending(-count));

    /// <summary>Nothing waits, whatever was reckoned: what an earlier run left was never added.</summary>
    public void ClearPending() => Array.ForEach(_kinds, static metrics => metrics.ClearPending());

    public void ForEach(ItemCounts items, Action<ItemMetrics, int> action)
    {
        action(Of(ItemKind.Samples), items.Samples);
        action(Of(ItemKind.Histograms), items.Histograms);
        action(Of(ItemKind.Exemplars), items.Exemplars);
        action(Of(ItemKind.Metadata), items.Metadata);
    }
}

/// <summary>Self-metrics of one endpoint about one kind of thing that it is sent.</summary>
internal sealed class ItemMetrics
{
    private readonly MetricScope _scope;
    private readonly (string, string)[] _labels;
    private readonly string _prefix;
    private readonly string _noun;
    private readonly ConcurrentDictionary<string, Counter> _dropped = new(StringComparer.Ordinal);
    private long _pending;

    public ItemMetrics(MetricScope scope, ItemKind kind, (string, string)[] labels)
    {
        (_scope, _labels) = (scope, labels);
        _noun = kind switch
        {
            ItemKind.Samples => "samples",
            ItemKind.Histograms => "histograms",
            ItemKind.Exemplars => "exemplars",
            _ => "metadata",
        };
        _prefix = $"prometheus_remote_storage_{_noun}";
        Sent = scope.Counter($"{_prefix}_total", $"Number of {_noun} sent.", labels);
        Failed = scope.Counter($"{_prefix}_failed_total", $"Number of {_noun} that the endpoint refused.", labels);
        Retried = scope.Counter($"{_prefix}_retried_total", $"Number of {_noun} that were sent again after a failure.", labels);
        foreach (string reason in DropReason.All)
        {
            DroppedFor(reason);
        }
    }

    public Counter Sent { get; }

    public Counter Failed { get; }

    public Counter Retried { get; }

    /// <summary>Reasons that never were one are left out.</summary>
    public IEnumerable<(string Reason, long Count)> DroppedByReason => _dropped.Where(static dropped => dropped.Value.Value > 0)
        .Select(dropped => (_noun == "samples" ? dropped.Key : $"{dropped.Key} ({_noun})", dropped.Value.Value));

    public long Dropped => _dropped.Values.Sum(static counter => counter.Value);

    /// <summary>In the queue of the endpoint, as far as it was added since the start.</summary>
    public long Pending => Math.Max(0, Interlocked.Read(ref _pending));

    public void Drop(string reason, long count)
    {
        if (count > 0)
        {
            DroppedFor(reason).Add(count);
        }
    }

    public void AddPending(long count) => Interlocked.Add(ref _pending, count);

    public void ClearPending() => Interlocked.Exchange(ref _pending, 0);

    public void AddGauge(MetricScope scope) =>
        scope.ObservedGauge($"{_prefix}_pending", $"Number of {_noun} that wait to be sent.", () => Pending, _labels);

    private Counter DroppedFor(string reason) => _dropped.TryGetValue(reason, out Counter? known) ? known : _dropped.GetOrAdd(
        reason, name => _scope.Counter($"{_prefix}_dropped_total", $"Number of {_noun} that were dropped.", [.. _labels, ("reason", name)]));
}
