using System.Collections.Concurrent;
using Agent.Sdk.Metrics;

namespace Agent.Components.Loki.SecretFilter;

/// <summary>What <c>loki.secretfilter</c> counts, under Alloy's names.</summary>
internal sealed class SecretFilterMetrics(MetricScope scope)
{
    private readonly ConcurrentDictionary<(string Rule, string Origin), Counter> _byCategory = new();

    private readonly Counter _redacted = scope.Counter(
        "loki_secretfilter_secrets_redacted_total", "Total number of secrets that have been redacted.");

    public Counter Bypassed { get; } = scope.Counter(
        "loki_secretfilter_entries_bypassed_total", "Total number of entries forwarded without processing due to sampling.");

    public Counter TimedOut { get; } = scope.Counter(
        "loki_secretfilter_lines_timed_out_total", "Total number of log lines that exceeded the processing timeout, dropped or forwarded.");

    public Counter Dropped { get; } = scope.Counter(
        "loki_secretfilter_lines_dropped_total", "Total number of log lines dropped due to processing timeout.");

    /// <summary>Sum and count; taken a batch at a time, so there is no distribution to give quantiles of.</summary>
    public Summary Duration { get; } = scope.Summary(
        "loki_secretfilter_processing_duration_seconds", "Time taken to process and redact logs in seconds.");

    public void Redacted(string rule, string origin)
    {
        _redacted.Increment();
        _byCategory.GetOrAdd((rule, origin), static (key, scope) => scope.Counter(
            "loki_secretfilter_secrets_redacted_by_category_total", "Number of secrets redacted, by rule and origin.",
            ("rule", key.Rule), ("origin", key.Origin)), scope).Increment();
    }
}
