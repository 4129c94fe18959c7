using System.Buffers.Binary;
using Agent.Telemetry.Metrics;
using Agent.Wire.Protobuf;
using Agent.Wire.Snappy;

namespace Agent.Wire.RemoteWrite;

/// <summary>Builds one remote write request of version 1 (prometheus.WriteRequest).</summary>
/// <remarks>
/// Everything is written at once, in the order added. A sample is a copy of its series' label block, then value and
/// time: consecutive samples of one series share its labels. In steady state nothing is allocated. Receivers want samples of a series in the
/// order of their times. Not thread safe.
/// </remarks>
public sealed class WriteRequestBatch : IDisposable
{
    // Tag and value, tag and ten bytes of timestamp: one sample, without its own tag and length.
    private const int LongestSample = 1 + sizeof(double) + 1 + Varint.MaxLength;
    private readonly GrowableBuffer _body = new();
    private MetricSeries? _open;
    private ProtobufMark _mark;

    /// <summary>Bytes of the request, once the series at hand is closed: at most five more than now.</summary>
    public int EncodedSize => _body.Length;

    /// <summary>Samples, histograms and exemplars added.</summary>
    public int Count { get; private set; }

    public bool IsEmpty => _body.Length == 0;

    /// <summary>Adds a sample; the start of counting has no place in this version.</summary>
    public void AddSample(MetricSeries series, double value, long timestamp)
    {
        Open(series);
        Span<byte> target = _body.Reserve(LongestSample + 2);
        // Neither default is left out but zeros are: minus zero is not zero.
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
        target[0] = (WriteFields.V1Samples << 3) | (int)WireType.LengthDelimited;
        target[1] = (byte)(at - 2);
        _body.Advance(at);
        Count++;
    }

    public void AddHistogram(MetricSeries series, in HistogramView histogram, long timestamp)
    {
        Open(series);
        var writer = new ProtobufWriter(_body);
        ProtobufMark mark = writer.BeginMessage(WriteFields.V1Histograms, expectedLength: 128);
        HistogramWriter.Write(_body, histogram, timestamp, start: 0);
        writer.EndMessage(mark);
        Count++;
    }

    public void AddExemplar(in MetricExemplar exemplar)
    {
        Open(exemplar.Series);
        var writer = new ProtobufWriter(_body);
        ProtobufMark mark = writer.BeginMessage(WriteFields.V1Exemplars, exemplar.Labels.Length + LongestSample);
        _body.Write(exemplar.Labels.Span);
        ExemplarTail.Write(writer, exemplar.Value, exemplar.Timestamp);
        writer.EndMessage(mark);
        Count++;
    }

    /// <summary>Describes a metric family.</summary>
    public void AddMetadata(MetricMetadata metadata)
    {
        Close();
        var writer = new ProtobufWriter(_body);
        ProtobufMark mark = writer.BeginMessage(WriteFields.V1Metadata, expectedLength: 128);
        if (metadata.Type != MetricType.Unknown)
        {
            writer.WriteUInt64(WriteFields.V1MetadataType, (ulong)metadata.Type);
        }
        WriteText(writer, WriteFields.V1MetadataFamily, metadata.Family);
        WriteText(writer, WriteFields.V1MetadataHelp, metadata.Help);
        WriteText(writer, WriteFields.V1MetadataUnit, metadata.Unit);
        writer.EndMessage(mark);
    }

    /// <summary>The request; valid until the next change.</summary>
    public ReadOnlySpan<byte> Encode()
    {
        Close();
        return _body.Written;
    }

    /// <summary>Appends the request as a snappy block, the form in which it is sent, and returns that block's length.</summary>
    public int Compress(SnappyEncoder encoder, GrowableBuffer output)
    {
        ReadOnlySpan<byte> request = Encode();
        int length = encoder.Compress(request, output.Reserve(SnappyEncoder.MaxCompressedLength(request.Length)));
        output.Advance(length);
        return length;
    }

    /// <summary>Empties the request and keeps its memory.</summary>
    public void Reset()
    {
        _body.Clear();
        _open = null;
        Count = 0;
    }

    public void Dispose()
    {
        Reset();
        _body.Release();
    }

    private void Open(MetricSeries series)
    {
        if (ReferenceEquals(series, _open))
        {
            return;
        }
        Close();
        int labels = series.LabelBlockLength;
        _mark = new ProtobufWriter(_body).BeginMessage(WriteFields.V1Series, labels + LongestSample);
        series.CopyLabelBlock(_body.Reserve(labels));
        _body.Advance(labels);
        _open = series;
    }

    private void Close()
    {
        if (_open is not null)
        {
            new ProtobufWriter(_body).EndMessage(_mark);
            _open = null;
        }
    }

    private static void WriteText(ProtobufWriter writer, int field, string text)
    {
        if (text.Length > 0)
        {
            using var utf8 = new Utf8Text(text, stackalloc byte[Utf8Text.UsualLength]);
            writer.WriteBytes(field, utf8.Bytes);
        }
    }
}
