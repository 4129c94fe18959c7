using System.Runtime.InteropServices;
using Agent.Telemetry.Metrics;
using Agent.Wire.Protobuf;

namespace Agent.Wire.Exposition;

/// <summary>Reads the protobuf format: MetricFamily messages of io.prometheus.client, each behind its length.</summary>
/// <remarks>
/// Gives the series that the text formats would give (<c>_count</c>, <c>_sum</c>, <c>_bucket</c> with <c>le</c>, <c>quantile</c>), and native histograms. As in
/// Prometheus's parser a family comes as help, unit where given, type, and its metrics, and a family without metrics not at all.
/// A timestamp of 0 counts as none.
/// </remarks>
public ref struct ProtobufExpositionReader : IExpositionReader
{
    private readonly ReadOnlySpan<byte> _body;
    private readonly ExpositionScratch _scratch;
    private int _at;
    private int _familyStart;
    private ProtobufReader _metrics;
    private ProtobufFamily _family;
    private ProtobufMetric _metric;
    private ProtobufReader _items;
    private ProtobufExemplars _exemplars;
    private ProtobufBucket _item;
    private int _itemIndex;
    private bool _itemsDone;
    private bool _exemplarTaken;
    private Part _part;

    public ProtobufExpositionReader(ReadOnlySpan<byte> body, ExpositionScratch scratch)
    {
        _body = body;
        _scratch = scratch;
        _part = Part.Family;
    }

    private enum Part
    {
        Family,
        Help,
        Unit,
        Type,
        Metric,
        Value,
        Native,
        Count,
        Sum,
        Item,
        Converted,
    }

    /// <summary>Read native histograms as if they had their classic parts only.</summary>
    public bool IgnoreNativeHistograms { get; init; }

    /// <summary>Give the classic parts of a histogram too where it is given as a native one.</summary>
    public bool KeepClassicHistograms { get; init; }

    /// <summary>Turn classic histograms into native ones with their bounds.</summary>
    public bool ConvertClassicHistograms { get; init; }

    public ExpositionEntry Entry { get; private set; }

    public readonly ReadOnlySpan<byte> Family => _family.Name;

    public readonly ReadOnlySpan<byte> Text => Entry == ExpositionEntry.Help ? _family.Help : Entry == ExpositionEntry.Unit ? _family.Unit : default;

    public readonly MetricType Type => _family.Type;

    public readonly ReadOnlySpan<byte> Series => _scratch.Series.Written;

    public double Value { get; private set; }

    public readonly bool HasTimestamp => _metric.Timestamp != 0;

    public readonly long Timestamp => _metric.Timestamp;

    public readonly HistogramView Histogram => Entry == ExpositionEntry.Histogram ? _scratch.Histogram.View : default;

    public ExpositionError? Error { get; private set; }

    private readonly bool IsHistogram => Type is MetricType.Histogram or MetricType.GaugeHistogram;

    private readonly bool IsNative => IsHistogram && _metric.IsNative && !IgnoreNativeHistograms;

    /// <summary>The format has no text to expect anything of.</summary>
    public bool Next(scoped ReadOnlySpan<byte> expected) => Next();

    public bool Next()
    {
        Entry = ExpositionEntry.None;
        while (Error is null)
        {
            switch (_part)
            {
                case Part.Family:
                    if (!ReadFamily())
                    {
                        return false;
                    }
                    break;
                case Part.Help:
                    _part = _family.Unit.IsEmpty ? Part.Type : Part.Unit;
                    return Give(ExpositionEntry.Help);
                case Part.Unit:
                    _part = Part.Type;
                    return Give(ExpositionEntry.Unit);
                case Part.Type:
                    _part = Part.Metric;
                    return Give(ExpositionEntry.Type);
                case Part.Metric:
                    ReadMetric();
                    break;
                default:
                    if (ReadPart())
                    {
                        return true;
                    }
                    break;
            }
        }
        return false;
    }

    public bool TryReadLabels(SeriesLabels labels)
    {
        if (Entry is not (ExpositionEntry.Series or ExpositionEntry.Histogram))
        {
            return false;
        }
        labels.Clear();
        _scratch.Text.Clear();
        _scratch.Text.Write(_family.Name);
        _scratch.Text.Write(Suffix());
        labels.Add("__name__"u8, _scratch.Text.Written);
        if (!ProtobufLabels.TryAdd(_metric.Message, labels, out string? error))
        {
            return Fail(error!);
        }
        if (Entry == ExpositionEntry.Series && _part == Part.Item && _itemIndex > 0)
        {
            Span<byte> number = stackalloc byte[32];
            labels.Add(IsHistogram ? "le"u8 : "quantile"u8, number[..NumberText.Format(_item.Bound, number)]);
        }
        labels.Sort();
        return true;
    }

    /// <summary>One a series; a native histogram has several, of which those without a time are left out.</summary>
    public bool TryReadExemplar(ExemplarBuffer exemplar)
    {
        if (Entry == ExpositionEntry.Series && !_exemplarTaken)
        {
            _exemplarTaken = true;
            ReadOnlySpan<byte> message = Type == MetricType.Counter ? _metric.Exemplar : IsHistogram && _itemIndex > 0 ? _item.Exemplar : default;
            return !message.IsEmpty && ProtobufExposition.TryExemplar(message, exemplar, out _);
        }
        return Entry == ExpositionEntry.Histogram && _exemplars.TryNext(exemplar);
    }

    public readonly long ReadStartTimestamp() =>
        Entry is ExpositionEntry.Series or ExpositionEntry.Histogram ? _metric.StartTimestamp() : 0;

    private bool ReadFamily()
    {
        if (_at == _body.Length)
        {
            return false;
        }
        _familyStart = _at;
        if (!ProtobufFamily.TryRead(_body, ref _at, out _family, out string? error))
        {
            return Fail(error!);
        }
        _metrics = new ProtobufReader(_family.Message);
        _part = _family.HasMetrics ? Part.Help : Part.Family;
        // Damage in the first metric shows before the family's help, as it does for Prometheus.
        ProtobufReader start = _metrics;
        bool ok = !_family.HasMetrics || FindMetric();
        _metrics = start;
        return ok;
    }

    private void ReadMetric()
    {
        if (!FindMetric())
        {
            _part = Part.Family;
            return;
        }
        _items = new ProtobufReader(_metric.Data);
        _itemIndex = 0;
        _itemsDone = false;
        _part = IsNative ? Part.Native
            : !IsHistogram && Type != MetricType.Summary ? Part.Value
            : IsHistogram && ConvertClassicHistograms && !KeepClassicHistograms ? Part.Converted : Part.Count;
    }

    private bool FindMetric()
    {
        while (_metrics.Next())
        {
            if (_metrics.Field != ProtobufExposition.FamilyMetric)
            {
                _metrics.Skip();
                continue;
            }
            _metrics.TryBytes(out ReadOnlySpan<byte> message);
            return ProtobufMetric.TryRead(message, Type, out _metric, out string? error) || Fail(error!);
        }
        return false;
    }

    /// <summary>Gives the current part of the metric and moves on; false where that part gives nothing.</summary>
    private bool ReadPart()
    {
        _exemplarTaken = false;
        switch (_part)
        {
            case Part.Value:
                _part = Part.Metric;
                return GiveSeries(_metric.Value);
            case Part.Native:
                _part = KeepClassicHistograms && _metric.Items > 0 ? Part.Count : Part.Metric;
                return ProtobufNativeHistogram.TryRead(_metric.Data, Type == MetricType.GaugeHistogram, _scratch.Histogram, out string? error)
                    ? GiveHistogram()
                    : Fail($"histogram {ExpositionError.Quoted(_family.Name)}: {error}");
            case Part.Count:
                _part = Part.Sum;
                _itemIndex = -2;
                return GiveSeries(_metric.Count);
            case Part.Sum:
                _part = Part.Item;
                _itemIndex = -1;
                _itemsDone = Type == MetricType.Summary && _metric.Items == 0;
                return GiveSeries(_metric.Value);
            case Part.Item:
                return ReadItem();
            default:
                return ReadConverted();
        }
    }

    private bool ReadItem()
    {
        if (_itemsDone)
        {
            _part = IsHistogram && !IsNative && ConvertClassicHistograms ? Part.Converted : Part.Metric;
            return false;
        }
        _itemIndex = Math.Max(0, _itemIndex) + 1;
        if (!NextItem(out _item))
        {
            // A histogram without a bucket for +Inf has one nevertheless.
            _itemsDone = true;
            _item = ProtobufBucket.Infinite(_metric.Count);
            return GiveSeries(_item.Value);
        }
        _itemsDone = IsHistogram ? double.IsPositiveInfinity(_item.Bound) : _itemIndex == _metric.Items;
        return GiveSeries(_item.Value);
    }

    private bool NextItem(out ProtobufBucket item)
    {
        while (_items.Next())
        {
            if (_items.Field == ProtobufExposition.HistogramBucket)
            {
                _items.TryBytes(out ReadOnlySpan<byte> message);
                return IsHistogram ? ProtobufBucket.TryReadBucket(message, out item) : ProtobufBucket.TryReadQuantile(message, out item);
            }
            _items.Skip();
        }
        item = default;
        return false;
    }

    private bool ReadConverted()
    {
        _part = Part.Metric;
        if (!ProtobufNativeHistogram.TryConvert(_metric, Type == MetricType.GaugeHistogram, _scratch))
        {
            return Fail($"histogram {ExpositionError.Quoted(_family.Name)}: its buckets and count do not agree");
        }
        return GiveHistogram();
    }

    private bool Give(ExpositionEntry entry)
    {
        Entry = entry;
        return true;
    }

    private bool GiveSeries(double value)
    {
        Value = value;
        Entry = ExpositionEntry.Series;
        WriteKey();
        return true;
    }

    private bool GiveHistogram()
    {
        Entry = ExpositionEntry.Histogram;
        _exemplars = new ProtobufExemplars(_metric);
        WriteKey();
        return true;
    }

    /// <summary>Name, what part of the metric it is, labels as sent, bound: no two series of a target share these.</summary>
    private readonly void WriteKey()
    {
        GrowableBuffer key = _scratch.Series;
        key.Clear();
        key.Write(_family.Name);
        // No name holds this byte: it is never part of UTF-8.
        key.WriteByte(0xFF);
        key.Write(Suffix());
        key.WriteByte(0xFF);
        ProtobufLabels.AppendTo(key, _metric.Message);
        if (Entry == ExpositionEntry.Series && _itemIndex > 0)
        {
            double bound = _item.Bound;
            key.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<double>(in bound)));
        }
    }

    private readonly ReadOnlySpan<byte> Suffix()
    {
        if (Entry == ExpositionEntry.Histogram || (!IsHistogram && Type != MetricType.Summary))
        {
            return default;
        }
        return _itemIndex switch
        {
            -2 => "_count"u8,
            -1 => "_sum"u8,
            _ => IsHistogram ? "_bucket"u8 : default,
        };
    }

    private bool Fail(string message)
    {
        Error ??= new ExpositionError(message, _familyStart, 0, 0);
        Entry = ExpositionEntry.None;
        return false;
    }
}
