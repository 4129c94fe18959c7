using Agent.Sdk.Metrics;

namespace Agent.Components.Loki.Process;

/// <summary>Counts dropped lines under one reason.</summary>
/// <remarks>The series appears with the first dropped line, as in Alloy: a reason that never occurs is not listed.</remarks>
public sealed class DropCounter(MetricScope metrics, string reason)
{
    private Counter? _counter;

    public void Increment()
    {
        _counter ??= metrics.Counter(
            "loki_process_dropped_lines_total",
            "A count of all log lines dropped as a result of a pipeline stage",
            ("reason", reason));
        _counter.Increment();
    }
}
