using Agent.Telemetry.Metrics;

namespace Agent.Wire.Exposition;

/// <summary>
/// Wraps a reader of a text format and turns each classic histogram into one native histogram with the same bounds, given
/// behind the last of its series; the series themselves are left out unless <see cref="KeepClassic"/> is set.
/// </summary>
/// <remarks>
/// What Prometheus calls NHCB (model/textparse, nhcbparse.go). A histogram is a run of <c>_bucket</c>, <c>_sum</c> and <c>_count</c> series with equal
/// labels, <c>le</c> aside, under its TYPE. Where the parts contradict, nothing is given for it. It carries the time of the series read last.
/// </remarks>
public ref struct ClassicHistogramReader<TReader> : IExpositionReader
    where TReader : IExpositionReader, allows ref struct
{
    private readonly ClassicHistogramScratch _scratch;
    private TReader _inner;
    private MetricType _type;
    private long _timestamp;
    private bool _hasTimestamp;
    private long _start;
    private long _histogramStart;
    private int _exemplarAt;
    private bool _isCollecting;
    private bool _isGiving;
    private bool _innerEnded;

    /// <param name="inner">Moved from: use it through this reader only.</param>
    public ClassicHistogramReader(TReader inner, ClassicHistogramScratch scratch)
    {
        _inner = inner;
        _scratch = scratch;
        scratch.Reset();
    }

    public bool KeepClassic { get; init; }

    /// <summary>Look up when each histogram began to count; off by default, since it costs a look ahead.</summary>
    public bool WithStartTimestamps { get; init; }

    public readonly ExpositionEntry Entry => _isGiving ? ExpositionEntry.Histogram : _inner.Entry;

    public readonly ReadOnlySpan<byte> Family => _inner.Family;

    public readonly ReadOnlySpan<byte> Text => _inner.Text;

    public readonly MetricType Type => _isGiving ? MetricType.Histogram : _inner.Type;

    public readonly ReadOnlySpan<byte> Series => _isGiving ? _scratch.Key.Written : _inner.Series;

    public readonly double Value => _inner.Value;

    public readonly bool HasTimestamp => _isGiving ? _hasTimestamp : _inner.HasTimestamp;

    public readonly long Timestamp => _isGiving ? _timestamp : _inner.Timestamp;

    public readonly HistogramView Histogram => _isGiving ? _scratch.Histogram.View : _inner.Histogram;

    public readonly ExpositionError? Error => _isGiving ? null : _inner.Error;

    public bool Next() => Next(default);

    public bool Next(scoped ReadOnlySpan<byte> expected)
    {
        if (_isGiving)
        {
            // The entry that ended the histogram is waiting.
            _isGiving = false;
            if (_innerEnded)
            {
                return false;
            }
            if (_inner.Entry != ExpositionEntry.Series || !TakesPart() || KeepClassic)
            {
                return _inner.Error is null;
            }
        }
        while (_inner.Next(expected))
        {
            if (_inner.Entry == ExpositionEntry.Type)
            {
                _type = _inner.Type;
                _scratch.Family.Clear();
                _scratch.Family.Write(_inner.Family);
            }
            if (_inner.Entry != ExpositionEntry.Series)
            {
                TryGive();
                return true;
            }
            _hasTimestamp = _inner.HasTimestamp;
            _timestamp = _inner.Timestamp;
            if (_type == MetricType.Histogram && !_inner.TryReadLabels(_scratch.Labels))
            {
                return false;
            }
            if (_isCollecting && IsAnother() && TryGive())
            {
                return true;
            }
            if (!TakesPart() || KeepClassic)
            {
                return true;
            }
        }
        _innerEnded = true;
        return _inner.Error is null && TryGive();
    }

    public bool TryReadLabels(SeriesLabels labels)
    {
        if (!_isGiving)
        {
            return _inner.TryReadLabels(labels);
        }
        labels.CopyFrom(_scratch.Given);
        return true;
    }

    public bool TryReadExemplar(ExemplarBuffer exemplar)
    {
        if (!_isGiving)
        {
            return _inner.TryReadExemplar(exemplar);
        }
        if (_exemplarAt >= _scratch.GivenExemplars)
        {
            return false;
        }
        exemplar.CopyFrom(_scratch.Exemplar(_exemplarAt++));
        return true;
    }

    public long ReadStartTimestamp() => _isGiving ? _histogramStart : _isCollecting ? _start : _inner.ReadStartTimestamp();

    /// <summary>The series at hand does not belong to the histogram being collected.</summary>
    private readonly bool IsAnother() => _type != MetricType.Histogram || !_scratch.IsSameSeries();

    /// <summary>Adds the series at hand to a histogram, where it is part of one.</summary>
    private bool TakesPart()
    {
        if (_type != MetricType.Histogram || !_scratch.TryPart(out HistogramPart part, out double bound))
        {
            return false;
        }
        if (!_isCollecting)
        {
            _isCollecting = true;
            _scratch.Begin();
            _start = WithStartTimestamps ? _inner.ReadStartTimestamp() : 0;
        }
        while (_inner.TryReadExemplar(_scratch.NextExemplar()))
        {
            _scratch.KeepExemplar();
        }
        switch (part)
        {
            case HistogramPart.Bucket:
                _scratch.Classic.SetBucket(bound, _inner.Value);
                break;
            case HistogramPart.Count:
                _scratch.Classic.SetCount(_inner.Value);
                break;
            default:
                _scratch.Classic.SetSum(_inner.Value);
                break;
        }
        return true;
    }

    /// <summary>Ends the histogram being collected; true where it could be converted and is the entry now.</summary>
    private bool TryGive()
    {
        if (!_isCollecting)
        {
            return false;
        }
        _isCollecting = false;
        _isGiving = _scratch.Classic.TryConvert(_scratch.Histogram);
        _histogramStart = _start;
        _start = 0;
        _exemplarAt = 0;
        _scratch.End();
        return _isGiving;
    }
}
