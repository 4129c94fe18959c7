using Agent.Telemetry.Metrics;
using Agent.Wire.Protobuf;

namespace Agent.Wire.Exposition;

/// <summary>Reads the native parts of a Histogram message.</summary>
internal static class ProtobufNativeHistogram
{
    /// <summary>Fills the buffer. <paramref name="error"/> says which side's spans and buckets disagree, or what is damaged.</summary>
    public static bool TryRead(ReadOnlySpan<byte> message, bool isGauge, HistogramBuffer into, out string? error)
    {
        into.Clear();
        if (!TryHead(message, isGauge, into, out error))
        {
            return false;
        }
        bool isFloat = into.Head.IsFloat;
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case ProtobufExposition.HistogramPositiveSpan or ProtobufExposition.HistogramNegativeSpan:
                    NativeBuckets.ReadSpan(ref reader, reader.Field == ProtobufExposition.HistogramNegativeSpan, into);
                    break;
                case ProtobufExposition.HistogramPositiveDelta or ProtobufExposition.HistogramNegativeDelta when !isFloat:
                    NativeBuckets.ReadDeltas(ref reader, reader.Field == ProtobufExposition.HistogramNegativeDelta, into);
                    break;
                case ProtobufExposition.HistogramPositiveCount or ProtobufExposition.HistogramNegativeCount when isFloat:
                    NativeBuckets.ReadCounts(ref reader, reader.Field == ProtobufExposition.HistogramNegativeCount, into);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
        error = reader.Error ?? Disagreement(into, negative: false) ?? Disagreement(into, negative: true);
        if (error is null)
        {
            into.Compact(keptEmpty: 0);
        }
        return error is null;
    }

    /// <summary>Makes a native histogram, in the scratch, of the classic parts; false where they do not agree.</summary>
    public static bool TryConvert(in ProtobufMetric metric, bool isGauge, ExpositionScratch scratch)
    {
        ClassicHistogram classic = scratch.Classic;
        classic.Reset();
        classic.SetCount(metric.Count);
        classic.SetSum(metric.Value);
        var items = new ProtobufReader(metric.Data);
        while (items.Next())
        {
            if (items.Field != ProtobufExposition.HistogramBucket)
            {
                items.Skip();
            }
            else if (items.TryBytes(out ReadOnlySpan<byte> message) && ProtobufBucket.TryReadBucket(message, out ProtobufBucket bucket))
            {
                classic.SetBucket(bucket.Bound, bucket.Value);
            }
        }
        bool converted = classic.TryConvert(scratch.Histogram);
        if (isGauge)
        {
            scratch.Histogram.Head = scratch.Histogram.Head with { CounterReset = CounterReset.Gauge };
        }
        return converted;
    }

    private static bool TryHead(ReadOnlySpan<byte> message, bool isGauge, HistogramBuffer into, out string? error)
    {
        var reader = new ProtobufReader(message);
        var head = new HistogramHead { CounterReset = isGauge ? CounterReset.Gauge : CounterReset.Unknown };
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1 when reader.TryVarint(out ulong count):
                    head = head with { Count = count };
                    break;
                case 2 when reader.TryDouble(out double sum):
                    head = head with { Sum = sum };
                    break;
                case ProtobufExposition.HistogramCountFloat when reader.TryDouble(out double countFloat):
                    head = head with { CountFloat = countFloat };
                    break;
                case ProtobufExposition.HistogramSchema when reader.TryVarint(out ulong schema):
                    head = head with { Schema = (int)Varint.UnZigZag((uint)schema) };
                    break;
                case ProtobufExposition.HistogramZeroThreshold when reader.TryDouble(out double threshold):
                    head = head with { ZeroThreshold = threshold };
                    break;
                case ProtobufExposition.HistogramZeroCount when reader.TryVarint(out ulong zeros):
                    head = head with { ZeroCount = zeros };
                    break;
                case ProtobufExposition.HistogramZeroCountFloat when reader.TryDouble(out double zerosFloat):
                    head = head with { ZeroCountFloat = zerosFloat };
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
        bool isFloat = head.CountFloat > 0 || head.ZeroCountFloat > 0;
        into.Head = isFloat ? head with { IsFloat = true, Count = 0, ZeroCount = 0 } : head with { CountFloat = 0, ZeroCountFloat = 0 };
        error = reader.Error;
        return error is null;
    }

    private static string? Disagreement(HistogramBuffer histogram, bool negative)
    {
        long spanned = histogram.SpannedCount(negative);
        int buckets = histogram.BucketCount(negative);
        return spanned == buckets ? null : $"{(negative ? "negative" : "positive")} side: spans require {spanned} buckets, have {buckets}";
    }
}
