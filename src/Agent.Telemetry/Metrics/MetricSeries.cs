using System.Text;

namespace Agent.Telemetry.Metrics;

/// <summary>One time series. Batches refer to it; whoever first meets its labels makes it, keeps it, and uses it from then on.</summary>
/// <remarks>
/// Identity matters, not content: caches further down are keyed by the instance, so that a sample of a known series costs no
/// look at its labels. Two instances with equal labels are the same series to a receiver and cost only memory. Instances live as
/// long as somebody holds them, beyond the batches they travel in. Safe for use by many threads.
/// </remarks>
public sealed class MetricSeries
{
    private readonly LabelSet? _labels;
    private byte[]? _block;
    private MetricMetadata? _metadata;

    public MetricSeries(LabelSet labels) => _labels = labels;

    private MetricSeries(byte[] block) => _block = block;

    /// <summary>
    /// All labels, the metric's name (<c>__name__</c>) among them. Of a series that was made of a block they are read anew each time: a
    /// source of a million series keeps a million blocks, and not the texts besides. Ask once a series, as caches do.
    /// </summary>
    public LabelSet Labels => _labels ?? Read(_block);

    /// <summary>The labels as bytes, ready to be sent: see <see cref="Metrics.LabelBlock"/>. Made at first use, then kept.</summary>
    public ReadOnlySpan<byte> LabelBlock => _block ?? MakeBlock();

    /// <summary>What is known of the metric by now; null where nothing is. The producer may replace it at any time.</summary>
    public MetricMetadata? Metadata
    {
        get => Volatile.Read(ref _metadata);
        set => Volatile.Write(ref _metadata, value);
    }

    /// <param name="block">A <see cref="Metrics.LabelBlock"/> without empty values; the series owns it from now on.</param>
    public static MetricSeries OfBlock(byte[] block) => new(block);

    public override string ToString() => Labels.ToString();

    private static LabelSet Read(ReadOnlySpan<byte> block)
    {
        var labels = new LabelSetBuilder();
        Metrics.LabelBlock.Enumerator label = Metrics.LabelBlock.Read(block);
        while (label.MoveNext())
        {
            labels.Set(Encoding.UTF8.GetString(label.Name), Encoding.UTF8.GetString(label.Value));
        }
        return labels.ToLabelSet();
    }

    // Two threads may both make it: the results are equal, and either may stay.
    private byte[] MakeBlock() => _block = Metrics.LabelBlock.Of(_labels!);
}
