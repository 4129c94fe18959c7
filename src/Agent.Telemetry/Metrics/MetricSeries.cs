using System.Text;

namespace Agent.Telemetry.Metrics;

/// <summary>One time series. Batches refer to it; whoever first meets its labels makes it, keeps it, and uses it from then on.</summary>
/// <remarks>
/// Identity matters, not content: caches further down are keyed by the instance, so that a sample of a known series costs no
/// look at its labels. Two instances with equal labels are the same series to a receiver and cost only memory. Instances live as
/// long as somebody holds them, beyond the batches they travel in. A source of a million series keeps a million instances: a series
/// made of a block keeps only those bytes of it that the series before does not have. Safe for use by many threads.
/// </remarks>
public sealed class MetricSeries
{
    private const uint TraitsKnown = 1;
    private const uint ReservedLabels = 2;

    // The labels, where it was made of them; or the whole block that some bytes are shared with; or nothing.
    private readonly object? _source;
    private readonly SharedEnds _shared;
    private byte[]? _own;
    private MetricMetadata? _metadata;
    private uint _traits;

    public MetricSeries(LabelSet labels) => _source = labels;

    private MetricSeries(byte[] own, byte[]? whole, SharedEnds shared) => (_own, _source, _shared) = (own, whole, shared);

    /// <summary>
    /// All labels, the metric's name (<c>__name__</c>) among them. Of a series that was made of a block they are read anew each time.
    /// Ask once a series, as caches do.
    /// </summary>
    public LabelSet Labels => _source as LabelSet ?? Read(ReadLabelBlock());

    /// <summary>Bytes of the label block.</summary>
    public int LabelBlockLength => (_own ?? MakeBlock()).Length + _shared.Length;

    /// <summary>
    /// A hash of the label block, the same in each run and in each process, of 30 bits. Found out at first use, then kept.
    /// </summary>
    public uint LabelHash => Traits >> 2;

    /// <summary>A label other than the metric's name begins with two underscores.</summary>
    public bool HasReservedLabels => (Traits & ReservedLabels) != 0;

    /// <summary>What is known of the metric by now; null where nothing is. The producer may replace it at any time.</summary>
    public MetricMetadata? Metadata
    {
        get => Volatile.Read(ref _metadata);
        set => Volatile.Write(ref _metadata, value);
    }

    // Two threads may both find them out: the results are equal.
    private uint Traits => _traits != 0 ? _traits : _traits = FindTraits(ReadLabelBlock());

    /// <param name="block">A <see cref="Metrics.LabelBlock"/> without empty values; the series owns it from now on.</param>
    public static MetricSeries OfBlock(byte[] block) => new(block, null, default);

    /// <summary>Makes a series of a copy of a block.</summary>
    /// <param name="block">A <see cref="Metrics.LabelBlock"/> without empty values.</param>
    /// <param name="like">A series of which the same source may know much the same labels, best the one that it made last.</param>
    public static MetricSeries OfBlock(ReadOnlySpan<byte> block, MetricSeries? like)
    {
        byte[]? whole = like?._source as byte[] ?? like?._own;
        SharedEnds shared = whole is null ? default : SharedEnds.Of(block, whole);
        return shared.Length == 0 ? OfBlock(block.ToArray()) : new MetricSeries(shared.Middle(block).ToArray(), whole, shared);
    }

    /// <summary>Makes a series that keeps its labels in few bytes, for those that are kept in great numbers.</summary>
    /// <param name="labels">Its labels.</param>
    /// <param name="like">A series with much the same labels, such as the one that it was made of.</param>
    public static MetricSeries Compact(LabelSet labels, MetricSeries? like) => OfBlock(LabelBlock.Of(labels), like);

    /// <summary>Writes the labels as bytes, ready to be sent: see <see cref="Metrics.LabelBlock"/>.</summary>
    /// <param name="target">Has room for <see cref="LabelBlockLength"/> bytes.</param>
    public void CopyLabelBlock(Span<byte> target)
    {
        byte[] own = _own ?? MakeBlock();
        if (_shared.Length == 0)
        {
            own.CopyTo(target);
        }
        else
        {
            _shared.Restore(own, (byte[])_source!, target);
        }
    }

    /// <summary>The label block in one piece: a copy where it is kept in several. Hot paths use <see cref="CopyLabelBlock"/>.</summary>
    public ReadOnlySpan<byte> ReadLabelBlock()
    {
        byte[] own = _own ?? MakeBlock();
        if (_shared.Length == 0)
        {
            return own;
        }
        byte[] block = new byte[LabelBlockLength];
        CopyLabelBlock(block);
        return block;
    }

    public override string ToString() => Labels.ToString();

    private static LabelSet Read(ReadOnlySpan<byte> block)
    {
        var labels = new LabelSetBuilder();
        LabelBlock.Enumerator label = LabelBlock.Read(block);
        while (label.MoveNext())
        {
            labels.Set(Encoding.UTF8.GetString(label.Name), Encoding.UTF8.GetString(label.Value));
        }
        return labels.ToLabelSet();
    }

    private static uint FindTraits(ReadOnlySpan<byte> block)
    {
        uint traits = TraitsKnown;
        LabelBlock.Enumerator label = LabelBlock.Read(block);
        while (label.MoveNext())
        {
            if (label.Name.StartsWith("__"u8) && !label.Name.SequenceEqual("__name__"u8))
            {
                traits |= ReservedLabels;
            }
        }
        return traits | (Hash(block) << 2);
    }

    // FNV-1a, folded.
    private static uint Hash(ReadOnlySpan<byte> bytes)
    {
        ulong hash = 14695981039346656037;
        foreach (byte next in bytes)
        {
            hash = (hash ^ next) * 1099511628211;
        }
        return (uint)(hash ^ (hash >> 32));
    }

    // Two threads may both make it: the results are equal, and either may stay.
    private byte[] MakeBlock() => _own = LabelBlock.Of((LabelSet)_source!);
}
