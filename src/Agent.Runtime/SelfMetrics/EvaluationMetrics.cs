using Agent.Sdk.Metrics;

namespace Agent.Runtime.SelfMetrics;

/// <summary>What evaluating the graph costs, under the names of Alloy's controller.</summary>
internal sealed class EvaluationMetrics : IDisposable
{
    private static readonly double[] Buckets = [.005, .025, .1, .5, 1, 5, 10, 30, 60, 120, 300, 600];
    private static readonly TimeSpan LongestUsual = TimeSpan.FromMinutes(1);

    private readonly MetricScope _scope;
    private readonly TimeProvider _time;
    private readonly TimeSpan _slow;
    private readonly Dictionary<string, Gauge> _slowSeconds = new(StringComparer.Ordinal);
    private readonly Histogram _evaluation;
    private readonly Histogram _wait;

    /// <param name="scope">Where the metrics show; disposed of with them.</param>
    /// <param name="time">Measures.</param>
    /// <param name="applyLimit">An evaluation that runs into this limit is slow, too.</param>
    /// <param name="queued">How many components wait to be evaluated; asked on any thread.</param>
    public EvaluationMetrics(MetricScope scope, TimeProvider time, TimeSpan applyLimit, Func<double> queued)
    {
        _scope = scope;
        _time = time;
        _slow = applyLimit < LongestUsual ? applyLimit : LongestUsual;
        _evaluation = _scope.Histogram("alloy_component_evaluation_seconds", "Time spent performing component evaluation.", Buckets);
        _wait = _scope.Histogram(
            "alloy_component_dependencies_wait_seconds",
            "Time spent by components waiting to be evaluated after their dependency is updated.", Buckets);
        Evaluating = _scope.Gauge(
            "alloy_component_controller_evaluating", "Tracks if the controller is currently in the middle of a graph evaluation.");
        _scope.ObservedGauge(
            "alloy_component_evaluation_queue_size", "Tracks the number of components waiting to be evaluated.", queued);
    }

    /// <summary>1 while a load or a re-evaluation goes on.</summary>
    public Gauge Evaluating { get; }

    /// <summary>Called under the graph's gate.</summary>
    public void Evaluated(string id, TimeSpan duration)
    {
        _evaluation.Observe(duration.TotalSeconds);
        if (duration < _slow)
        {
            return;
        }
        if (!_slowSeconds.TryGetValue(id, out Gauge? total))
        {
            var made = new Gauge();
            _slowSeconds[id] = total = made;
            _scope.ObservedCounter(
                "alloy_component_evaluation_slow_seconds", $"Number of seconds spent evaluating components that take {_slow} or longer to evaluate.",
                () => made.Value, ("component_id", id));
        }
        total.Add(duration.TotalSeconds);
    }

    /// <param name="changed">When a dependency changed, as a timestamp of the clock.</param>
    public void Waited(long changed) => _wait.Observe(_time.GetElapsedTime(changed).TotalSeconds);

    public void Dispose() => _scope.Dispose();
}
