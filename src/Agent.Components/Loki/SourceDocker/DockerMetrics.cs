using Agent.Sdk.Metrics;

namespace Agent.Components.Loki.SourceDocker;

/// <summary>The component's self-metrics; the first two are Alloy's.</summary>
internal sealed class DockerMetrics(MetricScope scope)
{
    public Counter Entries { get; } = scope.Counter(
        "loki_source_docker_target_entries_total", "Total number of successful entries sent to the Docker target");

    public Counter Errors { get; } = scope.Counter(
        "loki_source_docker_target_parsing_errors_total", "Total number of parsing errors while receiving Docker messages");

    public Counter Cut { get; } = scope.Counter(
        "loki_source_docker_lines_cut_total", "Number of lines that were longer than the limit and were cut there.");

    public Counter Dropped { get; } = scope.Counter(
        "loki_source_docker_dropped_entries_total", "Number of entries that were not sent on.", ("reason", "relabel_rules"));

    public Counter Reconnects { get; } = scope.Counter(
        "loki_source_docker_reconnects_total", "Number of times that the log of a container was asked for again.");

    public Counter PositionErrors { get; } = scope.Counter(
        "loki_source_docker_positions_errors_total", "Number of stored positions that were found damaged.");

    public Gauge Failing { get; } = scope.Gauge("loki_source_docker_targets_failing", "Number of containers whose log cannot be read.");
}
