namespace Agent.Telemetry.Metrics;

/// <summary>One time series. Batches refer to it; whoever first meets its labels makes it, keeps it, and uses it from then on.</summary>
/// <remarks>
/// Identity matters, not content: caches further down are keyed by the instance, so that a sample of a known series costs no
/// look at its labels. Two instances with equal labels are the same series to a receiver and cost only memory. Instances live as
/// long as somebody holds them, beyond the batches they travel in. Safe for use by many threads.
/// </remarks>
public sealed class MetricSeries(LabelSet labels)
{
    private byte[]? _block;
    private MetricMetadata? _metadata;

    /// <summary>All labels, the metric's name (<c>__name__</c>) among them.</summary>
    public LabelSet Labels { get; } = labels;

    /// <summary>The labels as bytes, ready to be sent: see <see cref="Metrics.LabelBlock"/>. Made at first use, then kept.</summary>
    public ReadOnlySpan<byte> LabelBlock => _block ?? MakeBlock();

    /// <summary>What is known of the metric by now; null where nothing is. The producer may replace it at any time.</summary>
    public MetricMetadata? Metadata
    {
        get => Volatile.Read(ref _metadata);
        set => Volatile.Write(ref _metadata, value);
    }

    public override string ToString() => Labels.ToString();

    // Two threads may both make it: the results are equal, and either may stay.
    private byte[] MakeBlock() => _block = Metrics.LabelBlock.Of(Labels);
}
