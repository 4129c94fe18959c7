using Agent.Sdk.Metrics;

namespace Agent.Components.Loki.PodTails;

/// <summary>Self-metrics of components that tail containers; Alloy has none.</summary>
/// <param name="scope">The component's.</param>
/// <param name="prefix">Its name with underscores.</param>
internal sealed class PodTailMetrics(MetricScope scope, string prefix)
{
    public Counter Entries { get; } = scope.Counter($"{prefix}_entries_total", "Number of entries that were sent on.");

    public Counter Known { get; } = scope.Counter(
        $"{prefix}_repeated_lines_total", "Number of lines that came again after a reconnect and were left out.");

    public Counter Cut { get; } = scope.Counter($"{prefix}_lines_cut_total", "Number of lines that were longer than the limit and were cut there.");

    public Counter Errors { get; } = scope.Counter(
        $"{prefix}_parsing_errors_total", "Number of lines without a time or in no known format; they are no lines of a container.");

    public Counter Reconnects { get; } = scope.Counter($"{prefix}_reconnects_total", "Number of times that a log was asked for again.");

    public Counter PositionErrors { get; } = scope.Counter($"{prefix}_positions_errors_total", "Number of stored positions that were found damaged.");

    public Gauge Targets { get; } = scope.Gauge($"{prefix}_targets", "Number of containers that are followed.");

    public Gauge FromFiles { get; } = scope.Gauge($"{prefix}_targets_from_files", "Number of containers that are read from files of the own node.");

    public Gauge Failing { get; } = scope.Gauge($"{prefix}_targets_failing", "Number of containers whose log cannot be read.");
}
