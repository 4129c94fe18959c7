using System.Collections.Concurrent;
using Agent.Sdk.Metrics;
using Agent.Syntax.Values;

namespace Agent.Components.Loki.Write;

/// <summary>Self-metrics of one endpoint, by tenant. All counters of a tenant exist from its first batch on.</summary>
internal sealed class EndpointMetrics(MetricScope scope, string host)
{
    private readonly ConcurrentDictionary<string, TenantMetrics> _tenants = new(StringComparer.Ordinal);

    public TenantMetrics Of(string tenant) => _tenants.GetOrAdd(tenant, name => new TenantMetrics(scope, host, name));

    /// <summary>Entries that were dropped, by reason.</summary>
    public Value DroppedByReason() => new MapValue(_tenants.Values.SelectMany(static tenant => tenant.DroppedByReason)
        .GroupBy(static one => one.Reason, StringComparer.Ordinal)
        .ToDictionary(static reason => reason.Key, static reason => Value.Of(reason.Sum(static one => one.Entries)), StringComparer.Ordinal));

    public (long SentBytes, long SentEntries, long DroppedEntries, long Retries) Totals()
    {
        (long SentBytes, long SentEntries, long DroppedEntries, long Retries) sum = default;
        foreach (TenantMetrics tenant in _tenants.Values)
        {
            sum.SentBytes += tenant.SentBytes.Value;
            sum.SentEntries += tenant.SentEntries.Value;
            sum.DroppedEntries += tenant.DroppedEntries;
            sum.Retries += tenant.Retries.Value;
        }
        return sum;
    }
}

/// <summary>Self-metrics of one endpoint and tenant, under Alloy's names.</summary>
internal sealed class TenantMetrics
{
    private const double KiB = 1024;
    private const double MiB = 1024 * KiB;
    private static readonly double[] SizeBuckets =
        [KiB, 4 * KiB, 16 * KiB, 64 * KiB, 256 * KiB, 512 * KiB, MiB, 2 * MiB, 4 * MiB, 8 * MiB, 16 * MiB, 20 * MiB];
    private static readonly double[] DurationBuckets = [.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10];
    private static readonly double[] LatencyBuckets = [.1, .5, 1, 5, 10, 30, 60, 120, 300, 600];

    private readonly MetricScope _scope;
    private readonly (string, string) _host;
    private readonly (string, string) _tenant;
    private readonly ConcurrentDictionary<string, (EndpointCounter Bytes, EndpointCounter Entries)> _dropped = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<int, Histogram> _durations = new();

    public TenantMetrics(MetricScope scope, string host, string tenant)
    {
        _scope = scope;
        _host = ("host", host);
        _tenant = ("tenant", tenant);
        SentBytes = new(scope.Counter("loki_write_sent_bytes_total", "Number of bytes sent.", _host, _tenant));
        SentEntries = new(scope.Counter("loki_write_sent_entries_total", "Number of log entries sent to the ingester.", _host, _tenant));
        Retries = new(scope.Counter("loki_write_batch_retries_total", "Number of times batches has had to be retried.", _host, _tenant));
        RequestSize = scope.Histogram("loki_write_request_size_bytes", "Number of bytes for requests.", SizeBuckets, _host, _tenant);
        Latency = scope.Histogram(
            "loki_write_entry_propagation_latency_seconds", "Write latency for entries.", LatencyBuckets, _host, _tenant);
        foreach (string reason in DropReason.All)
        {
            DroppedFor(reason);
        }
    }

    public EndpointCounter SentBytes { get; }

    public EndpointCounter SentEntries { get; }

    public EndpointCounter Retries { get; }

    public Histogram RequestSize { get; }

    public Histogram Latency { get; }

    /// <summary>Reasons that never were one are left out.</summary>
    public IEnumerable<(string Reason, long Entries)> DroppedByReason =>
        _dropped.Select(static dropped => (dropped.Key, dropped.Value.Entries.Value)).Where(static dropped => dropped.Value > 0);

    public long DroppedEntries => _dropped.Values.Sum(static dropped => dropped.Entries.Value);

    /// <param name="status">The HTTP status, -1 where there was no reply.</param>
    public Histogram RequestDuration(int status) => _durations.GetOrAdd(status, code => _scope.Histogram(
        "loki_write_request_duration_seconds", "Duration of send requests.", DurationBuckets,
        ("status_code", $"{code}"), _host, _tenant));

    public void Drop(string reason, long entries, long bytes)
    {
        (EndpointCounter Bytes, EndpointCounter Entries) dropped = DroppedFor(reason);
        dropped.Bytes.Add(bytes);
        dropped.Entries.Add(entries);
    }

    private (EndpointCounter Bytes, EndpointCounter Entries) DroppedFor(string reason) =>
        _dropped.TryGetValue(reason, out (EndpointCounter, EndpointCounter) known) ? known : _dropped.GetOrAdd(reason, name => (
        new EndpointCounter(_scope.Counter(
            "loki_write_dropped_bytes_total",
            "Number of bytes dropped because failed to be sent to the ingester after all retries.", _host, _tenant, ("reason", name))),
        new EndpointCounter(_scope.Counter(
            "loki_write_dropped_entries_total",
            "Number of log entries dropped because failed to be sent to the ingester after all retries.",
            _host, _tenant, ("reason", name)))));
}
