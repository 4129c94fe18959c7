using Agent.Telemetry.Metrics;
using Agent.Wire.Protobuf;

namespace Agent.Wire.Exposition;

/// <summary>One Metric message, walked once and found sound, with what its type calls for at hand.</summary>
internal ref struct ProtobufMetric
{
    private ReadOnlySpan<byte> _start;

    /// <summary>The whole message; its labels are read from here.</summary>
    public ReadOnlySpan<byte> Message { get; private set; }

    /// <summary>The counter, summary or histogram in it.</summary>
    public ReadOnlySpan<byte> Data { get; private set; }

    public long Timestamp { get; private set; }

    /// <summary>Value of a counter, gauge or untyped metric; sum of the others.</summary>
    public double Value { get; private set; }

    public double Count { get; private set; }

    /// <summary>Quantiles, or buckets of the classic kind.</summary>
    public int Items { get; private set; }

    /// <summary>Exemplars that stand beside the buckets.</summary>
    public int Exemplars { get; private set; }

    /// <summary>The exemplar of a counter.</summary>
    public ReadOnlySpan<byte> Exemplar { get; private set; }

    public bool IsNative { get; private set; }

    /// <param name="type">Which of the fields counts.</param>
    public static bool TryRead(ReadOnlySpan<byte> message, MetricType type, out ProtobufMetric metric, out string? error)
    {
        metric = new ProtobufMetric { Message = message };
        int wanted = DataField(type);
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            if (reader.Field == ProtobufExposition.MetricTimestamp)
            {
                reader.TryVarint(out ulong timestamp);
                metric.Timestamp = (long)timestamp;
            }
            else if (reader.Field is >= ProtobufExposition.MetricLabel and <= ProtobufExposition.MetricHistogram)
            {
                if (reader.TryBytes(out ReadOnlySpan<byte> part) && reader.Field == wanted)
                {
                    metric.Data = part;
                }
            }
            else
            {
                reader.Skip();
            }
        }
        error = reader.Error;
        return error is null && metric.TryData(type, out error);
    }

    /// <summary>Milliseconds, 0 where not given.</summary>
    public readonly long StartTimestamp()
    {
        return ProtobufExposition.TryTime(_start, out long start) ? start : 0;
    }

    private static int DataField(MetricType type) => type switch
    {
        MetricType.Counter => ProtobufExposition.MetricCounter,
        MetricType.Gauge => ProtobufExposition.MetricGauge,
        MetricType.Summary => ProtobufExposition.MetricSummary,
        MetricType.Unknown => ProtobufExposition.MetricUntyped,
        _ => ProtobufExposition.MetricHistogram,
    };

    private bool TryData(MetricType type, out string? error)
    {
        var reader = new ProtobufReader(Data);
        while (reader.Next())
        {
            switch (type)
            {
                case MetricType.Summary:
                    SummaryField(ref reader);
                    break;
                case MetricType.Histogram or MetricType.GaugeHistogram:
                    HistogramField(ref reader);
                    break;
                default:
                    SimpleField(ref reader, isCounter: type == MetricType.Counter);
                    break;
            }
        }
        error = reader.Error;
        return error is null;
    }

    private void SimpleField(ref ProtobufReader reader, bool isCounter)
    {
        switch (reader.Field)
        {
            case 1:
                reader.TryDouble(out double value);
                Value = value;
                break;
            case ProtobufExposition.CounterExemplar when isCounter:
                Exemplar = TakeExemplar(ref reader);
                break;
            case ProtobufExposition.CounterStart when isCounter:
                TakeStart(ref reader);
                break;
            default:
                reader.Skip();
                break;
        }
    }

    private void SummaryField(ref ProtobufReader reader)
    {
        switch (reader.Field)
        {
            case 1:
                reader.TryVarint(out ulong count);
                Count = count;
                break;
            case 2:
                reader.TryDouble(out double sum);
                Value = sum;
                break;
            case ProtobufExposition.SummaryQuantile:
                Items++;
                if (reader.TryBytes(out ReadOnlySpan<byte> quantile) && !ProtobufBucket.TryReadQuantile(quantile, out _))
                {
                    reader.Fail("a quantile is damaged");
                }
                break;
            case ProtobufExposition.SummaryStart:
                TakeStart(ref reader);
                break;
            default:
                reader.Skip();
                break;
        }
    }

    private void HistogramField(ref ProtobufReader reader)
    {
        switch (reader.Field)
        {
            case 1:
                reader.TryVarint(out ulong count);
                Count = Count == 0 ? count : Count;
                break;
            case 2:
                reader.TryDouble(out double sum);
                Value = sum;
                break;
            case ProtobufExposition.HistogramBucket:
                Items++;
                if (reader.TryBytes(out ReadOnlySpan<byte> bucket) && !ProtobufBucket.TryReadBucket(bucket, out _))
                {
                    reader.Fail("a bucket is damaged");
                }
                break;
            case ProtobufExposition.HistogramCountFloat:
                reader.TryDouble(out double countFloat);
                Count = countFloat == 0 ? Count : countFloat;
                break;
            case ProtobufExposition.HistogramZeroThreshold:
                reader.TryDouble(out double threshold);
                IsNative |= threshold > 0;
                break;
            case ProtobufExposition.HistogramZeroCount:
                reader.TryVarint(out ulong zeros);
                IsNative |= zeros > 0;
                break;
            case ProtobufExposition.HistogramPositiveSpan or ProtobufExposition.HistogramNegativeSpan:
                reader.TryBytes(out _);
                IsNative = true;
                break;
            case ProtobufExposition.HistogramStart:
                TakeStart(ref reader);
                break;
            case ProtobufExposition.HistogramExemplar:
                Exemplars++;
                TakeExemplar(ref reader);
                break;
            default:
                reader.Skip();
                break;
        }
    }

    private static ReadOnlySpan<byte> TakeExemplar(scoped ref ProtobufReader reader)
    {
        if (reader.TryBytes(out ReadOnlySpan<byte> exemplar) && !ProtobufExposition.TryExemplar(exemplar, null, out _))
        {
            reader.Fail("an exemplar is damaged");
        }
        return exemplar;
    }

    private void TakeStart(ref ProtobufReader reader)
    {
        if (reader.TryBytes(out _start) && !ProtobufExposition.TryTime(_start, out _))
        {
            reader.Fail("a start timestamp is damaged");
        }
    }
}
