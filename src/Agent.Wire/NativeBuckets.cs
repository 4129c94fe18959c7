using System.Buffers.Binary;
using Agent.Telemetry.Metrics;
using Agent.Wire.Protobuf;
using Agent.Wire.RemoteWrite;

namespace Agent.Wire;

/// <summary>Reads the buckets of a native histogram, which scrapes and remote write put on the wire alike.</summary>
/// <remarks>Repeated numbers may be packed or come one by one. Without a buffer they are only checked.</remarks>
internal static class NativeBuckets
{
    public static void ReadSpan(ref ProtobufReader reader, bool negative, HistogramBuffer? into)
    {
        if (!reader.TryBytes(out ReadOnlySpan<byte> message))
        {
            return;
        }
        var span = new ProtobufReader(message);
        ulong offset = 0;
        ulong length = 0;
        while (span.Next())
        {
            switch (span.Field)
            {
                case WriteFields.SpanOffset:
                    span.TryVarint(out offset);
                    break;
                case WriteFields.SpanLength:
                    span.TryVarint(out length);
                    break;
                default:
                    span.Skip();
                    break;
            }
        }
        if (span.Error is not null)
        {
            reader.Fail(span.Error);
            return;
        }
        into?.AddSpan(negative, new BucketSpan((int)Varint.UnZigZag((uint)offset), (uint)length));
    }

    public static void ReadDeltas(ref ProtobufReader reader, bool negative, HistogramBuffer? into)
    {
        if (reader.Type != WireType.LengthDelimited)
        {
            if (reader.TryVarint(out ulong one))
            {
                into?.AddDelta(negative, Varint.UnZigZag(one));
            }
            return;
        }
        reader.TryBytes(out ReadOnlySpan<byte> packed);
        for (int at = 0; at < packed.Length;)
        {
            if (!Varint.TryRead(packed, ref at, out ulong delta))
            {
                reader.Fail("cannot read a histogram: its bucket deltas are cut off");
                return;
            }
            into?.AddDelta(negative, Varint.UnZigZag(delta));
        }
    }

    public static void ReadCounts(ref ProtobufReader reader, bool negative, HistogramBuffer? into)
    {
        if (reader.Type != WireType.LengthDelimited)
        {
            if (reader.TryDouble(out double one))
            {
                into?.AddCount(negative, one);
            }
            return;
        }
        for (ReadOnlySpan<byte> packed = PackedDoubles(ref reader); !packed.IsEmpty; packed = packed[sizeof(double)..])
        {
            into?.AddCount(negative, BinaryPrimitives.ReadDoubleLittleEndian(packed));
        }
    }

    /// <summary>The bounds of a histogram whose buckets the user has chosen.</summary>
    public static void ReadCustomValues(ref ProtobufReader reader, HistogramBuffer? into)
    {
        if (reader.Type != WireType.LengthDelimited)
        {
            if (reader.TryDouble(out double one))
            {
                into?.AddCustomValue(one);
            }
            return;
        }
        for (ReadOnlySpan<byte> packed = PackedDoubles(ref reader); !packed.IsEmpty; packed = packed[sizeof(double)..])
        {
            into?.AddCustomValue(BinaryPrimitives.ReadDoubleLittleEndian(packed));
        }
    }

    private static ReadOnlySpan<byte> PackedDoubles(ref ProtobufReader reader)
    {
        if (reader.TryBytes(out ReadOnlySpan<byte> packed) && packed.Length % sizeof(double) != 0)
        {
            reader.Fail("cannot read a histogram: its numbers are cut off");
            return default;
        }
        return packed;
    }
}
