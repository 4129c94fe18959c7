using Agent.Sdk.Metrics;

namespace Agent.Components.RemoteConfig;

/// <summary>Self-metrics of the remote configuration, under Alloy's names.</summary>
internal sealed class RemoteConfigMetrics : IDisposable
{
    private static readonly double[] Buckets = [.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10];
    private readonly MetricScope _scope;
    private Gauge? _active;
    private Gauge? _received;

    public RemoteConfigMetrics(MetricRegistry registry)
    {
        _scope = registry.Scope();
        LastLoadSuccessful = _scope.Gauge("remotecfg_last_load_successful", "Remote config loaded successfully.");
        LastNotModified = _scope.Gauge("remotecfg_last_load_not_modified", "Remote config not modified since last fetch.");
        Failures = _scope.Counter("remotecfg_load_failures_total", "Remote configuration load failures.");
        Attempts = _scope.Counter("remotecfg_load_attempts_total", "Attempts to load remote configuration.");
        LastSuccess = _scope.Gauge(
            "remotecfg_last_load_success_timestamp_seconds", "Timestamp of the last successful remote configuration load.");
        Duration = _scope.Histogram("remotecfg_request_duration_seconds", "Duration of remote configuration requests.", Buckets);
    }

    public Gauge LastLoadSuccessful { get; }

    public Gauge LastNotModified { get; }

    public Counter Failures { get; }

    public Counter Attempts { get; }

    public Gauge LastSuccess { get; }

    public Histogram Duration { get; }

    public void Active(string hash) =>
        _active = Replace(_active, "remotecfg_hash", "Hash of the currently active remote configuration.", hash);

    public void Received(string hash) =>
        _received = Replace(_received, "remotecfg_last_received_hash", "Hash of the last received remote configuration.", hash);

    public void Dispose() => _scope.Dispose();

    /// <summary>The former hash goes: a series for each that ever was would only grow.</summary>
    private Gauge Replace(Gauge? former, string name, string help, string hash)
    {
        if (former is not null)
        {
            _scope.Remove(former);
        }
        Gauge gauge = _scope.Gauge(name, help, ("hash", hash));
        gauge.Set(1);
        return gauge;
    }
}
