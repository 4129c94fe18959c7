using Agent.Telemetry.Metrics;

namespace Agent.Wire.Exposition;

/// <summary>Which series of a classic histogram.</summary>
internal enum HistogramPart
{
    Bucket,
    Sum,
    Count,
}

/// <summary>Memory of a <see cref="ClassicHistogramReader{TReader}"/>: keep one a scraper.</summary>
public sealed class ClassicHistogramScratch : IDisposable
{
    private readonly List<ExemplarBuffer> _exemplars = [];
    private readonly SeriesLabels _base = new();
    private int _collected;

    internal GrowableBuffer Family { get; } = new();

    internal GrowableBuffer Key { get; } = new();

    /// <summary>Labels of the series at hand.</summary>
    internal SeriesLabels Labels { get; } = new();

    /// <summary>Labels of the histogram that was given last.</summary>
    internal SeriesLabels Given { get; } = new();

    internal HistogramBuffer Histogram { get; } = new();

    internal ClassicHistogram Classic { get; } = new();

    internal int GivenExemplars { get; private set; }

    public void Dispose()
    {
        Family.Release();
        Key.Release();
        Labels.Dispose();
        Given.Dispose();
        _base.Dispose();
        _exemplars.ForEach(static exemplar => exemplar.Dispose());
        _exemplars.Clear();
    }

    internal void Reset()
    {
        Family.Clear();
        Classic.Reset();
        _collected = 0;
    }

    internal ExemplarBuffer Exemplar(int index) => _exemplars[index];

    /// <summary>A place for one more exemplar, taken only by <see cref="KeepExemplar"/>.</summary>
    internal ExemplarBuffer NextExemplar()
    {
        if (_collected == _exemplars.Count)
        {
            _exemplars.Add(new ExemplarBuffer());
        }
        return _exemplars[_collected];
    }

    internal void KeepExemplar() => _collected++;

    /// <summary>Says what the series at hand is to the histogram that the last TYPE line named; false where it is none of its parts.</summary>
    internal bool TryPart(out HistogramPart part, out double bound)
    {
        bound = 0;
        part = HistogramPart.Count;
        if (!Labels.TryGet("__name__"u8, out ReadOnlySpan<byte> name) || !name.StartsWith(Family.Written))
        {
            return false;
        }
        ReadOnlySpan<byte> suffix = name[Family.Length..];
        if (suffix.SequenceEqual("_bucket"u8))
        {
            part = HistogramPart.Bucket;
            return Labels.TryGet("le"u8, out ReadOnlySpan<byte> text) && NumberText.TryParse(text, out bound) && !double.IsNaN(bound);
        }
        part = suffix.SequenceEqual("_sum"u8) ? HistogramPart.Sum : HistogramPart.Count;
        return part == HistogramPart.Sum || suffix.SequenceEqual("_count"u8);
    }

    /// <summary>Remembers the labels at hand, with the family's name and without the bound.</summary>
    internal void Begin()
    {
        Classic.Reset();
        _collected = 0;
        _base.Clear();
        for (int i = 0; i < Labels.Count; i++)
        {
            ReadOnlySpan<byte> name = Labels.Name(i);
            if (!name.SequenceEqual("le"u8))
            {
                _base.Add(name, name.SequenceEqual("__name__"u8) ? Family.Written : Labels.Value(i));
            }
        }
    }

    /// <summary>The series at hand has the labels that were remembered.</summary>
    internal bool IsSameSeries()
    {
        if (!Labels.TryGet("__name__"u8, out ReadOnlySpan<byte> metric) || !WithoutSuffix(metric).SequenceEqual(Family.Written))
        {
            return false;
        }
        int at = 0;
        for (int i = 0; i < Labels.Count; i++)
        {
            ReadOnlySpan<byte> name = Labels.Name(i);
            if (name.SequenceEqual("le"u8))
            {
                continue;
            }
            if (at == _base.Count || !name.SequenceEqual(_base.Name(at))
                || (!name.SequenceEqual("__name__"u8) && !Labels.Value(i).SequenceEqual(_base.Value(at))))
            {
                return false;
            }
            at++;
        }
        return at == _base.Count;
    }

    /// <summary>A series without a bound, or of the bare name, is no part of a histogram but does not end it either.</summary>
    private static ReadOnlySpan<byte> WithoutSuffix(ReadOnlySpan<byte> name) =>
        name.EndsWith("_bucket"u8) ? name[..^7] : name.EndsWith("_sum"u8) ? name[..^4] : name.EndsWith("_count"u8) ? name[..^6] : name;

    /// <summary>Moves what was collected to what is given.</summary>
    internal void End()
    {
        GivenExemplars = _collected;
        _collected = 0;
        Given.CopyFrom(_base);
        Key.Clear();
        // Not the text of any series: its first byte never begins one.
        Key.WriteByte(0xFF);
        Given.WriteBlock(Key.Reserve(Given.BlockLength()));
        Key.Advance(Given.BlockLength());
    }
}
