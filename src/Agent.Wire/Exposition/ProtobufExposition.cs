using Agent.Wire.Protobuf;

namespace Agent.Wire.Exposition;

/// <summary>Field numbers of io.prometheus.client (metrics.proto), and the small messages of it.</summary>
internal static class ProtobufExposition
{
    public const int FamilyName = 1;
    public const int FamilyHelp = 2;
    public const int FamilyType = 3;
    public const int FamilyMetric = 4;
    public const int FamilyUnit = 5;

    public const int MetricLabel = 1;
    public const int MetricGauge = 2;
    public const int MetricCounter = 3;
    public const int MetricSummary = 4;
    public const int MetricUntyped = 5;
    public const int MetricTimestamp = 6;
    public const int MetricHistogram = 7;

    public const int CounterExemplar = 2;
    public const int CounterStart = 3;
    public const int SummaryQuantile = 3;
    public const int SummaryStart = 4;

    public const int HistogramBucket = 3;
    public const int HistogramCountFloat = 4;
    public const int HistogramSchema = 5;
    public const int HistogramZeroThreshold = 6;
    public const int HistogramZeroCount = 7;
    public const int HistogramZeroCountFloat = 8;
    public const int HistogramNegativeSpan = 9;
    public const int HistogramNegativeDelta = 10;
    public const int HistogramNegativeCount = 11;
    public const int HistogramPositiveSpan = 12;
    public const int HistogramPositiveDelta = 13;
    public const int HistogramPositiveCount = 14;
    public const int HistogramStart = 15;
    public const int HistogramExemplar = 16;

    public const int BucketExemplar = 3;

    /// <summary>A google.protobuf.Timestamp in milliseconds.</summary>
    public static bool TryTime(ReadOnlySpan<byte> message, out long milliseconds)
    {
        var reader = new ProtobufReader(message);
        long seconds = 0;
        long nanos = 0;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1 when reader.TryVarint(out ulong given):
                    seconds = (long)given;
                    break;
                case 2 when reader.TryVarint(out ulong given):
                    nanos = (int)given;
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
        milliseconds = unchecked((seconds * 1000) + (nanos / 1_000_000));
        return reader.Error is null;
    }

    /// <summary>An exemplar; <paramref name="into"/> may be null to check only.</summary>
    public static bool TryExemplar(ReadOnlySpan<byte> message, ExemplarBuffer? into, out bool hasTime)
    {
        var reader = new ProtobufReader(message);
        into?.Labels.Clear();
        double value = 0;
        long time = 0;
        hasTime = false;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1 when reader.TryBytes(out ReadOnlySpan<byte> pair):
                    if (!TryPair(pair, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> text))
                    {
                        return false;
                    }
                    into?.Labels.Add(name, text);
                    break;
                case 2 when reader.TryDouble(out double given):
                    value = given;
                    break;
                case 3 when reader.TryBytes(out ReadOnlySpan<byte> stamp):
                    hasTime = true;
                    if (!TryTime(stamp, out time))
                    {
                        return false;
                    }
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
        if (into is not null)
        {
            into.Labels.Sort();
            into.Value = value;
            into.HasTimestamp = hasTime;
            into.Timestamp = time;
        }
        return reader.Error is null;
    }

    /// <summary>A LabelPair as sent; texts are not checked.</summary>
    public static bool TryPair(ReadOnlySpan<byte> message, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        var reader = new ProtobufReader(message);
        name = default;
        value = default;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    reader.TryBytes(out name);
                    break;
                case 2:
                    reader.TryBytes(out value);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
        return reader.Error is null;
    }
}
