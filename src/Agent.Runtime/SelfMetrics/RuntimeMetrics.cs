using Agent.Sdk;
using Agent.Sdk.Metrics;

namespace Agent.Runtime.SelfMetrics;

/// <summary>The controller's self-metrics, under Alloy's names.</summary>
public sealed class RuntimeMetrics : IDisposable
{
    private readonly MetricRegistry _registry;
    private readonly MetricScope _scope;
    private readonly Gauge _lastLoadSuccessful;
    private readonly Gauge _lastLoadSuccess;
    private readonly Counter _failures;
    private MetricScope? _hash;

    public RuntimeMetrics(MetricRegistry registry, AgentRuntime runtime)
    {
        _registry = registry;
        _scope = registry.Scope();
        _lastLoadSuccessful = _scope.Gauge("alloy_config_last_load_successful", "Config loaded successfully.");
        _lastLoadSuccess = _scope.Gauge(
            "alloy_config_last_load_success_timestamp_seconds", "Timestamp of the last successful configuration load.");
        _failures = _scope.Counter("alloy_config_load_failures_total", "Configuration load failures.");
        foreach (HealthState state in Enum.GetValues<HealthState>())
        {
            _scope.ObservedGauge(
                "alloy_component_controller_running_components", "Total number of running components.",
                () => runtime.Graph.NodesOf("").Count(node => node.Health.Current.State == state),
                ("controller_path", "/"), ("controller_id", ""), ("health_type", NameOf(state)));
        }
        runtime.Loaded += Observe;
    }

    public void Dispose()
    {
        _hash?.Dispose();
        _scope.Dispose();
    }

    internal static string NameOf(HealthState state) => state switch
    {
        HealthState.Healthy => "healthy",
        HealthState.Unhealthy => "unhealthy",
        HealthState.Exited => "exited",
        _ => "unknown",
    };

    private void Observe(LoadResult result)
    {
        _lastLoadSuccessful.Set(result.Success ? 1 : 0);
        if (!result.Success)
        {
            _failures.Increment();
            return;
        }
        _lastLoadSuccess.Set(result.At.ToUnixTimeMilliseconds() / 1000.0);
        _hash?.Dispose();
        _hash = _registry.Scope();
        _hash.Gauge("alloy_config_hash", "Hash of the currently active config file.", ("sha256", result.Source!.Hash), ("cluster_name", "")).Set(1);
    }
}
