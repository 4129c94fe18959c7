using Agent.Sdk.Metrics;

namespace Agent.Components.Loki.SourceSyslog;

/// <summary>The component's self-metrics; the first three are Alloy's.</summary>
internal sealed class SyslogMetrics(MetricScope scope)
{
    public Counter Entries { get; } = scope.Counter("loki_source_syslog_entries_total", "Total number of successful entries sent to the syslog target");

    public Counter ParsingErrors { get; } = scope.Counter(
        "loki_source_syslog_parsing_errors_total", "Total number of parsing errors while receiving syslog messages");

    public Counter EmptyMessages { get; } = scope.Counter(
        "loki_source_syslog_empty_messages_total", "Total number of empty messages received from syslog");

    public Counter Relabelled { get; } = scope.Counter(
        "loki_source_syslog_dropped_entries_total", "Number of messages that were understood but not sent on.", ("reason", "relabel_rules"));

    public Counter Truncated { get; } = scope.Counter(
        "loki_source_syslog_truncated_datagrams_total", "Number of datagrams that were longer than max_message_length and were cut there.");

    public Counter DroppedForMemory { get; } = scope.Counter(
        "loki_source_syslog_dropped_datagrams_total", "Number of datagrams that the system dropped because its buffer for the listener was full.", ("reason", "memory"));

    public Counter DroppedForConsumers { get; } = scope.Counter(
        "loki_source_syslog_dropped_datagrams_total", "Number of datagrams that the system dropped because its buffer for the listener was full.", ("reason", "slow_consumer"));

    public Counter Refused { get; } = scope.Counter(
        "loki_source_syslog_refused_connections_total", "Number of connections that were closed because a listener had too many.");

    public Gauge Connections { get; } = scope.Gauge("loki_source_syslog_connections", "Number of open TCP connections.");
}
