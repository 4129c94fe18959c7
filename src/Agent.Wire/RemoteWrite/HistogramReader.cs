using Agent.Telemetry.Metrics;
using Agent.Wire.Protobuf;

namespace Agent.Wire.RemoteWrite;

/// <summary>Reads a native histogram, which both versions write alike.</summary>
internal static class HistogramReader
{
    /// <param name="into">Filled; may be null to check only.</param>
    public static bool TryRead(ReadOnlySpan<byte> message, HistogramBuffer? into, out HistogramTimes times, out string? error)
    {
        times = default;
        into?.Clear();
        var head = default(HistogramHead);
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case WriteFields.HistogramTimestamp when reader.TryVarint(out ulong timestamp):
                    times = times with { Timestamp = (long)timestamp };
                    break;
                case WriteFields.HistogramStart when reader.TryVarint(out ulong start):
                    times = times with { StartTimestamp = (long)start };
                    break;
                case >= WriteFields.NegativeSpans and <= WriteFields.PositiveCounts or WriteFields.CustomValues:
                    ReadBuckets(ref reader, into);
                    break;
                default:
                    ReadHead(ref reader, ref head);
                    break;
            }
        }
        if (into is not null)
        {
            into.Head = head;
        }
        error = reader.Error ?? Disagreement(into);
        return error is null;
    }

    private static void ReadHead(ref ProtobufReader reader, ref HistogramHead head)
    {
        switch (reader.Field)
        {
            case WriteFields.CountInt when reader.TryVarint(out ulong count):
                head = head with { Count = count, CountFloat = 0, IsFloat = false };
                break;
            case WriteFields.CountFloat when reader.TryDouble(out double count):
                head = head with { Count = 0, CountFloat = count, IsFloat = true };
                break;
            case WriteFields.Sum when reader.TryDouble(out double sum):
                head = head with { Sum = sum };
                break;
            case WriteFields.Schema when reader.TryVarint(out ulong schema):
                head = head with { Schema = (int)Varint.UnZigZag((uint)schema) };
                break;
            case WriteFields.ZeroThreshold when reader.TryDouble(out double threshold):
                head = head with { ZeroThreshold = threshold };
                break;
            case WriteFields.ZeroCountInt when reader.TryVarint(out ulong zeros):
                head = head with { ZeroCount = zeros };
                break;
            case WriteFields.ZeroCountFloat when reader.TryDouble(out double zeros):
                head = head with { ZeroCountFloat = zeros };
                break;
            case WriteFields.ResetHint when reader.TryVarint(out ulong hint):
                head = head with { CounterReset = hint <= (ulong)CounterReset.Gauge ? (CounterReset)hint : CounterReset.Unknown };
                break;
            default:
                reader.Skip();
                break;
        }
    }

    private static void ReadBuckets(ref ProtobufReader reader, HistogramBuffer? into)
    {
        int field = reader.Field;
        bool negative = field < WriteFields.PositiveSpans;
        switch (field)
        {
            case WriteFields.NegativeSpans or WriteFields.PositiveSpans:
                NativeBuckets.ReadSpan(ref reader, negative, into);
                break;
            case WriteFields.NegativeDeltas or WriteFields.PositiveDeltas:
                NativeBuckets.ReadDeltas(ref reader, negative, into);
                break;
            case WriteFields.CustomValues:
                NativeBuckets.ReadCustomValues(ref reader, into);
                break;
            default:
                NativeBuckets.ReadCounts(ref reader, negative, into);
                break;
        }
    }

    private static string? Disagreement(HistogramBuffer? histogram) => histogram is null
        || (histogram.SpannedCount(negative: false) == histogram.BucketCount(negative: false)
            && histogram.SpannedCount(negative: true) == histogram.BucketCount(negative: true))
        ? null
        : "cannot read a histogram: its spans and buckets do not agree";
}
