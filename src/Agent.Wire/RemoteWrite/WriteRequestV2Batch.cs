using System.Buffers.Binary;
using Agent.Telemetry.Metrics;
using Agent.Wire.Protobuf;
using Agent.Wire.Snappy;

namespace Agent.Wire.RemoteWrite;

/// <summary>Builds one remote write request of version 2 (io.prometheus.write.v2.Request).</summary>
/// <remarks>
/// Texts stand once in the request's symbol table. Which texts a series has is remembered from request to request, so that a sample of a known
/// series costs one number a text. Consecutive samples of one series share its labels; the series' <see cref="MetricSeries.Metadata"/> goes with
/// it, but no sample beside a histogram. In steady state nothing is allocated. Not thread safe.
/// </remarks>
public sealed class WriteRequestV2Batch : IDisposable
{
    public const int DefaultMaxSeries = 200_000;
    private const int LongestSample = 1 + sizeof(double) + (2 * (1 + Varint.MaxLength));
    private readonly SymbolTable _symbols;
    private readonly GrowableBuffer _series = new();
    private readonly GrowableBuffer _refs = new();
    private MetricSeries? _open;
    private bool _openHasHistogram;
    private bool _openHasSample;
    private ProtobufMark _mark;

    /// <param name="maxSeries">Series remembered; when exceeded, all are forgotten at the next <see cref="Reset"/>.</param>
    public WriteRequestV2Batch(int maxSeries = DefaultMaxSeries)
    {
        _symbols = new SymbolTable(maxSeries);
        _symbols.Reset();
    }

    /// <summary>Bytes of the request, once the series at hand is closed: that adds its metadata, and at most five bytes.</summary>
    public int EncodedSize => _symbols.Encoded.Length + _series.Length;

    /// <summary>Samples, histograms and exemplars added.</summary>
    public int Count { get; private set; }

    public bool IsEmpty => _series.Length == 0;

    /// <param name="startTimestamp">When counting began, 0 where unknown.</param>
    public void AddSample(MetricSeries series, double value, long timestamp, long startTimestamp = 0)
    {
        Open(series, isHistogram: false);
        Span<byte> target = _series.Reserve(LongestSample + 2);
        int at = 2;
        ulong bits = BitConverter.DoubleToUInt64Bits(value);
        if (bits != 0)
        {
            target[at++] = (WriteFields.Value << 3) | (int)WireType.Fixed64;
            BinaryPrimitives.WriteUInt64LittleEndian(target[at..], bits);
            at += sizeof(ulong);
        }
        if (timestamp != 0)
        {
            target[at++] = WriteFields.Timestamp << 3;
            at += Varint.Write(target[at..], (ulong)timestamp);
        }
        if (startTimestamp != 0)
        {
            target[at++] = WriteFields.SampleStart << 3;
            at += Varint.Write(target[at..], (ulong)startTimestamp);
        }
        target[0] = (WriteFields.V2Samples << 3) | (int)WireType.LengthDelimited;
        target[1] = (byte)(at - 2);
        _series.Advance(at);
        Count++;
    }

    public void AddHistogram(MetricSeries series, in HistogramView histogram, HistogramTimes times)
    {
        Open(series, isHistogram: true);
        var writer = new ProtobufWriter(_series);
        ProtobufMark mark = writer.BeginMessage(WriteFields.V2Histograms, expectedLength: 128);
        HistogramWriter.Write(_series, histogram, times.Timestamp, times.StartTimestamp);
        writer.EndMessage(mark);
        Count++;
    }

    public void AddExemplar(in MetricExemplar exemplar)
    {
        Open(exemplar.Series, isHistogram: null);
        _refs.Clear();
        LabelBlock.Enumerator labels = LabelBlock.Read(exemplar.Labels.Span);
        while (labels.MoveNext())
        {
            AddRef(_symbols.PlaceOnce(labels.Name));
            AddRef(_symbols.PlaceOnce(labels.Value));
        }
        var writer = new ProtobufWriter(_series);
        ProtobufMark mark = writer.BeginMessage(WriteFields.V2Exemplars, _refs.Length + LongestSample);
        if (_refs.Length > 0)
        {
            writer.WriteBytes(WriteFields.ExemplarLabels, _refs.Written);
        }
        ExemplarTail.Write(writer, exemplar.Value, exemplar.Timestamp);
        writer.EndMessage(mark);
        Count++;
    }

    /// <summary>The request in two parts, of which the symbols come first; both only grow until it is emptied. Valid until the next change.</summary>
    public ReadOnlySpan<byte> Encode(out ReadOnlySpan<byte> symbols)
    {
        Close();
        symbols = _symbols.Encoded.Written;
        return _series.Written;
    }

    /// <summary>Appends the request.</summary>
    public void WriteTo(GrowableBuffer output)
    {
        Close();
        output.Write(_symbols.Encoded.Written);
        output.Write(_series.Written);
    }

    /// <summary>Appends the request as a snappy block, the form in which it is sent, and returns that block's length.</summary>
    public int Compress(SnappyEncoder encoder, GrowableBuffer output)
    {
        Close();
        int length = EncodedSize;
        var segments = new SnappySegments(encoder, length, output.Reserve(SnappyEncoder.MaxCompressedLength(length)));
        segments.Add(_symbols.Encoded.Written);
        segments.Add(_series.Written);
        int written = segments.Finish();
        output.Advance(written);
        return written;
    }

    /// <summary>Empties the request; memory and what is known of series are kept.</summary>
    public void Reset()
    {
        _series.Clear();
        _symbols.Reset();
        _open = null;
        Count = 0;
    }

    public void Dispose()
    {
        _symbols.Dispose();
        _series.Release();
        _refs.Release();
    }

    /// <param name="isHistogram">Null for an exemplar, which goes with either.</param>
    private void Open(MetricSeries series, bool? isHistogram)
    {
        bool mixes = (isHistogram == true && _openHasSample) || (isHistogram == false && _openHasHistogram);
        if (!ReferenceEquals(series, _open) || mixes)
        {
            Close();
            _refs.Clear();
            foreach (int number in _symbols.Of(series))
            {
                AddRef(_symbols.Place(number));
            }
            var writer = new ProtobufWriter(_series);
            _mark = writer.BeginMessage(WriteFields.V2Series, _refs.Length + LongestSample);
            if (_refs.Length > 0)
            {
                writer.WriteBytes(WriteFields.V2LabelRefs, _refs.Written);
            }
            _open = series;
            _openHasSample = _openHasHistogram = false;
        }
        _openHasSample |= isHistogram == false;
        _openHasHistogram |= isHistogram == true;
    }

    private void Close()
    {
        if (_open is null)
        {
            return;
        }
        var writer = new ProtobufWriter(_series);
        if (_open.Metadata is { } metadata)
        {
            WriteMetadata(writer, metadata);
        }
        writer.EndMessage(_mark);
        _open = null;
    }

    private void WriteMetadata(ProtobufWriter writer, MetricMetadata metadata)
    {
        (int help, int unit) = _symbols.Of(metadata);
        help = _symbols.Place(help);
        unit = _symbols.Place(unit);
        if (metadata.Type == MetricType.Unknown && help == 0 && unit == 0)
        {
            return;
        }
        ProtobufMark mark = writer.BeginMessage(WriteFields.V2Metadata);
        if (metadata.Type != MetricType.Unknown)
        {
            writer.WriteUInt64(WriteFields.V2MetadataType, (ulong)metadata.Type);
        }
        if (help != 0)
        {
            writer.WriteUInt64(WriteFields.V2MetadataHelp, (ulong)help);
        }
        if (unit != 0)
        {
            writer.WriteUInt64(WriteFields.V2MetadataUnit, (ulong)unit);
        }
        writer.EndMessage(mark);
    }

    private void AddRef(int place) => _refs.Advance(Varint.Write(_refs.Reserve(Varint.MaxLength), (uint)place));
}
