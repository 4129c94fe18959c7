using Agent.Sdk.Metrics;

namespace Agent.Components.Loki.SourceJournal;

/// <summary>The component's self-metrics; lines and parsing errors are Alloy's, <c>corrupt</c> is ours.</summary>
internal sealed class JournalMetrics(MetricScope scope)
{
    public Counter Lines { get; } = scope.Counter(
        "loki_source_journal_target_lines_total", "Total number of successful journal lines read");

    public Counter NoMessage { get; } = Error(scope, "no_message");

    public Counter EmptyLabels { get; } = Error(scope, "empty_labels");

    public Counter Corrupt { get; } = Error(scope, "corrupt");

    public Counter Cut { get; } = scope.Counter(
        "loki_source_journal_entries_cut_total", "Number of journal entries with values that were longer than the limit and were cut there.");

    public Counter PositionErrors { get; } = scope.Counter(
        "loki_source_journal_positions_errors_total", "Number of stored cursors that were found damaged.");

    private static Counter Error(MetricScope scope, string error) => scope.Counter(
        "loki_source_journal_target_parsing_errors_total", "Total number of parsing errors while reading journal messages", ("error", error));
}
