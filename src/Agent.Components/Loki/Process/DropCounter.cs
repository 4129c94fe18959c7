using Agent.Sdk.Metrics;

namespace Agent.Components.Loki.Process;

/// <summary>Counts dropped lines under one reason.</summary>
/// <remarks>The series appears with the first dropped line, as in Alloy: a reason that never occurs is not listed.</remarks>
public sealed class DropCounter(MetricScope metrics, string reason)
{
    private Counter? _counter;

    public void Increment()
    {
        _counter ??= Of(metrics, reason);
        _counter.Increment();
    }

    /// <summary>The counter itself, listed from now on.</summary>
    internal static Counter Of(MetricScope metrics, string reason) => metrics.Counter(
        "loki_process_dropped_lines_total",
        "A count of all log lines dropped as a result of a pipeline stage",
        ("reason", reason));
}
