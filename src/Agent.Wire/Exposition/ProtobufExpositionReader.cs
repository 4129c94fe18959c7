using System.Runtime.InteropServices;
using System.Text.Unicode;
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
    private ReadOnlySpan<byte> _name;
    private ReadOnlySpan<byte> _help;
    private ReadOnlySpan<byte> _unit;
    private ProtobufMetric _metric;
    private ProtobufReader _items;
    private ProtobufReader _exemplars;
    private ProtobufBucket _item;
    private int _itemIndex;
    private bool _itemsDone;
    private bool _exemplarTaken;
    private bool _bucketExemplars;
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

    public readonly ReadOnlySpan<byte> Family => _name;

    public readonly ReadOnlySpan<byte> Text => Entry == ExpositionEntry.Help ? _help : Entry == ExpositionEntry.Unit ? _unit : default;

    public MetricType Type { get; private set; }

    public readonly ReadOnlySpan<byte> Series => _scratch.Series.Written;

    public double Value { get; private set; }

    public readonly bool HasTimestamp => _metric.Timestamp != 0;

    public readonly long Timestamp => _metric.Timestamp;

    public readonly HistogramView Histogram => Entry == ExpositionEntry.Histogram ? _scratch.Histogram.View : default;

    public ExpositionError? Error { get; private set; }

    private readonly bool IsHistogram => Type is MetricType.Histogram or MetricType.GaugeHistogram;

    private readonly bool IsNative => IsHistogram && _metric.IsNative && !IgnoreNativeHistograms;

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
                    _part = _unit.IsEmpty ? Part.Type : Part.Unit;
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
        _scratch.Text.Write(_name);
        _scratch.Text.Write(Suffix());
        labels.Add("__name__"u8, _scratch.Text.Written);
        var metric = new ProtobufReader(_metric.Message);
        while (metric.Next())
        {
            if (metric.Field != ProtobufExposition.MetricLabel)
            {
                metric.Skip();
            }
            else if (metric.TryBytes(out ReadOnlySpan<byte> pair) && !AddLabel(labels, pair))
            {
                return false;
            }
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
        while (Entry == ExpositionEntry.Histogram && _exemplars.Next())
        {
            if (_exemplars.Field != (_bucketExemplars ? ProtobufExposition.HistogramBucket : ProtobufExposition.HistogramExemplar))
            {
                _exemplars.Skip();
                continue;
            }
            _exemplars.TryBytes(out ReadOnlySpan<byte> message);
            if (_bucketExemplars)
            {
                ProtobufBucket.TryReadBucket(message, out ProtobufBucket bucket);
                message = bucket.Exemplar;
            }
            if (!message.IsEmpty && ProtobufExposition.TryExemplar(message, exemplar, out bool hasTime) && hasTime)
            {
                return true;
            }
        }
        return false;
    }

    public readonly long ReadStartTimestamp() =>
        Entry is ExpositionEntry.Series or ExpositionEntry.Histogram ? _metric.StartTimestamp() : 0;

    private bool ReadFamily()
    {
        if (_at == _body.Length)
        {
            return false;
        }
        int at = _at;
        // The limit of Prometheus: five bytes of length.
        if (!Varint.TryRead(_body, ref at, out ulong length) || at - _at > 5)
        {
            return Fail("invalid varint encountered");
        }
        if (length > (ulong)(_body.Length - at))
        {
            return Fail($"insufficient length of buffer, expected at least {(ulong)(at - _at) + length} bytes, got {_body.Length - _at} bytes");
        }
        _familyStart = at;
        ReadOnlySpan<byte> message = _body.Slice(at, (int)length);
        _at = at + (int)length;
        return ReadFamilyHead(message);
    }

    private bool ReadFamilyHead(ReadOnlySpan<byte> message)
    {
        _name = _help = _unit = default;
        ulong type = 0;
        bool hasMetrics = false;
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case ProtobufExposition.FamilyName:
                    reader.TryBytes(out _name);
                    break;
                case ProtobufExposition.FamilyHelp:
                    reader.TryBytes(out _help);
                    break;
                case ProtobufExposition.FamilyType:
                    reader.TryVarint(out type);
                    break;
                case ProtobufExposition.FamilyMetric:
                    hasMetrics |= reader.TryBytes(out _);
                    break;
                case ProtobufExposition.FamilyUnit:
                    reader.TryBytes(out _unit);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
        if (reader.Error is not null)
        {
            return Fail(reader.Error);
        }
        _metrics = new ProtobufReader(message);
        _part = hasMetrics ? Part.Help : Part.Family;
        return !hasMetrics || CheckFamily(type);
    }

    private bool CheckFamily(ulong type)
    {
        if (_name.IsEmpty || !Utf8.IsValid(_name))
        {
            return Fail($"invalid metric name: {ExpositionError.Quoted(_name)}");
        }
        if (!Utf8.IsValid(_help))
        {
            return Fail($"invalid help for metric {ExpositionError.Quoted(_name)}");
        }
        if (type > 5)
        {
            return Fail($"unknown metric type for metric {ExpositionError.Quoted(_name)}: {type}");
        }
        Type = type switch
        {
            0 => MetricType.Counter,
            1 => MetricType.Gauge,
            2 => MetricType.Summary,
            4 => MetricType.Histogram,
            5 => MetricType.GaugeHistogram,
            _ => MetricType.Unknown,
        };
        // Damage in the first metric shows before the family's help, as it does for Prometheus.
        ProtobufReader first = _metrics;
        ProtobufMetric metric = _metric;
        bool ok = FindMetric();
        _metrics = first;
        _metric = metric;
        return ok || Error is null;
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
                    : Fail($"histogram {ExpositionError.Quoted(_name)}: {error}");
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
        ClassicHistogram classic = _scratch.Classic;
        classic.Reset();
        classic.SetCount(_metric.Count);
        classic.SetSum(_metric.Value);
        _items = new ProtobufReader(_metric.Data);
        while (NextItem(out ProtobufBucket bucket))
        {
            classic.SetBucket(bucket.Bound, bucket.Value);
        }
        _part = Part.Metric;
        if (!classic.TryConvert(_scratch.Histogram))
        {
            return Fail($"histogram {ExpositionError.Quoted(_name)}: its buckets and count do not agree");
        }
        if (Type == MetricType.GaugeHistogram)
        {
            _scratch.Histogram.Head = _scratch.Histogram.Head with { CounterReset = CounterReset.Gauge };
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
        _exemplars = new ProtobufReader(_metric.Data);
        _bucketExemplars = _metric.Exemplars == 0;
        WriteKey();
        return true;
    }

    /// <summary>Name, what part of the metric it is, labels as sent, bound: no two series of a target share these.</summary>
    private readonly void WriteKey()
    {
        GrowableBuffer key = _scratch.Series;
        key.Clear();
        key.Write(_name);
        // No name holds this byte: it is never part of UTF-8.
        key.WriteByte(0xFF);
        key.Write(Suffix());
        key.WriteByte(0xFF);
        var metric = new ProtobufReader(_metric.Message);
        while (metric.Next())
        {
            if (metric.Field == ProtobufExposition.MetricLabel && metric.TryBytes(out ReadOnlySpan<byte> pair))
            {
                Varint.Write(key.Reserve(Varint.MaxLength), (uint)pair.Length);
                key.Advance(Varint.Size((uint)pair.Length));
                key.Write(pair);
            }
            else
            {
                metric.Skip();
            }
        }
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

    private bool AddLabel(SeriesLabels labels, ReadOnlySpan<byte> pair)
    {
        if (!ProtobufExposition.TryPair(pair, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value))
        {
            return Fail("a label is damaged");
        }
        if (!Utf8.IsValid(name) || (name.IsEmpty && HasName(pair)))
        {
            return Fail($"invalid label name: {ExpositionError.Quoted(name)}");
        }
        if (!Utf8.IsValid(value))
        {
            return Fail($"invalid label value: {ExpositionError.Quoted(value)}");
        }
        labels.Add(name, value);
        return true;
    }

    private static bool HasName(ReadOnlySpan<byte> pair)
    {
        var reader = new ProtobufReader(pair);
        while (reader.Next())
        {
            if (reader.Field == 1)
            {
                return true;
            }
            reader.Skip();
        }
        return false;
    }

    private bool Fail(string message)
    {
        Error ??= new ExpositionError(message, _part == Part.Family ? _at : _familyStart, 0, 0);
        Entry = ExpositionEntry.None;
        return false;
    }
}
