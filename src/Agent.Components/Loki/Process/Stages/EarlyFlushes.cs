using Agent.Sdk.Metrics;

namespace Agent.Components.Loki.Process.Stages;

/// <summary>Counts blocks of <c>stage.multiline</c> that were sent on before they ended. A series appears with its first block.</summary>
internal sealed class EarlyFlushes(MetricScope metrics)
{
    /// <param name="reason"><c>block_size</c>, <c>streams</c> or <c>memory</c>.</param>
    /// <param name="blocks">How many.</param>
    public void Count(string reason, int blocks) => metrics.Counter(
        "loki_process_multiline_blocks_flushed_early_total",
        "Blocks of lines that were sent on before they ended, because they took too much memory",
        ("reason", reason)).Add(blocks);
}
