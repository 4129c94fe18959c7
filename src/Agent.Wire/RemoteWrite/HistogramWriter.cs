using System.Runtime.InteropServices;
using Agent.Telemetry.Metrics;
using Agent.Wire.Protobuf;

namespace Agent.Wire.RemoteWrite;

/// <summary>Writes the fields of a native histogram, which both versions share.</summary>
internal static class HistogramWriter
{
    /// <param name="start">0 where unknown, and in version 1, which has none.</param>
    public static void Write(GrowableBuffer output, in HistogramView histogram, long timestamp, long start)
    {
        var writer = new ProtobufWriter(output);
        HistogramHead head = histogram.Head;
        // Members of a oneof are written even where zero: they say which kind it is.
        if (head.IsFloat)
        {
            writer.WriteDouble(WriteFields.CountFloat, head.CountFloat);
        }
        else
        {
            writer.WriteUInt64(WriteFields.CountInt, head.Count);
        }
        WriteDouble(writer, WriteFields.Sum, head.Sum);
        if (head.Schema != 0)
        {
            writer.WriteSInt64(WriteFields.Schema, head.Schema);
        }
        WriteDouble(writer, WriteFields.ZeroThreshold, head.ZeroThreshold);
        if (head.IsFloat)
        {
            writer.WriteDouble(WriteFields.ZeroCountFloat, head.ZeroCountFloat);
        }
        else
        {
            writer.WriteUInt64(WriteFields.ZeroCountInt, head.ZeroCount);
        }
        WriteSpans(output, WriteFields.NegativeSpans, histogram.NegativeSpans);
        WriteDeltas(output, WriteFields.NegativeDeltas, histogram.NegativeDeltas);
        WriteDoubles(output, WriteFields.NegativeCounts, histogram.NegativeCounts);
        WriteSpans(output, WriteFields.PositiveSpans, histogram.PositiveSpans);
        WriteDeltas(output, WriteFields.PositiveDeltas, histogram.PositiveDeltas);
        WriteDoubles(output, WriteFields.PositiveCounts, histogram.PositiveCounts);
        WriteNumber(writer, WriteFields.ResetHint, (long)head.CounterReset);
        WriteNumber(writer, WriteFields.HistogramTimestamp, timestamp);
        WriteDoubles(output, WriteFields.CustomValues, histogram.CustomValues);
        WriteNumber(writer, WriteFields.HistogramStart, start);
    }

    /// <summary>By its bits: minus zero is not the default.</summary>
    private static void WriteDouble(ProtobufWriter writer, int field, double value)
    {
        if (BitConverter.DoubleToUInt64Bits(value) != 0)
        {
            writer.WriteDouble(field, value);
        }
    }

    private static void WriteNumber(ProtobufWriter writer, int field, long value)
    {
        if (value != 0)
        {
            writer.WriteInt64(field, value);
        }
    }

    private static void WriteSpans(GrowableBuffer output, int field, ReadOnlySpan<BucketSpan> spans)
    {
        var writer = new ProtobufWriter(output);
        foreach (BucketSpan span in spans)
        {
            ProtobufMark mark = writer.BeginMessage(field);
            if (span.Offset != 0)
            {
                writer.WriteSInt64(WriteFields.SpanOffset, span.Offset);
            }
            if (span.Length != 0)
            {
                writer.WriteUInt64(WriteFields.SpanLength, span.Length);
            }
            writer.EndMessage(mark);
        }
    }

    private static void WriteDeltas(GrowableBuffer output, int field, ReadOnlySpan<long> deltas)
    {
        if (deltas.IsEmpty)
        {
            return;
        }
        var writer = new ProtobufWriter(output);
        ProtobufMark mark = writer.BeginMessage(field);
        foreach (long delta in deltas)
        {
            writer.WriteVarint(Varint.ZigZag(delta));
        }
        writer.EndMessage(mark);
    }

    private static void WriteDoubles(GrowableBuffer output, int field, ReadOnlySpan<double> values)
    {
        if (!values.IsEmpty)
        {
            // Little-endian machines only, as all of this library.
            new ProtobufWriter(output).WriteBytes(field, MemoryMarshal.AsBytes(values));
        }
    }
}
