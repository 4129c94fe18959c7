using Agent.Wire.Protobuf;

namespace Agent.Wire.Exposition;

/// <summary>A bucket of a classic histogram, or a quantile of a summary, in place.</summary>
internal readonly ref struct ProtobufBucket
{
    /// <summary>Upper bound of a bucket, or which quantile.</summary>
    public double Bound { get; private init; }

    public double Value { get; private init; }

    /// <summary>The message; empty where there is none.</summary>
    public ReadOnlySpan<byte> Exemplar { get; private init; }

    /// <summary>The bucket that every histogram has, sent or not.</summary>
    public static ProtobufBucket Infinite(double count) => new() { Bound = double.PositiveInfinity, Value = count };

    public static bool TryReadBucket(ReadOnlySpan<byte> message, out ProtobufBucket bucket)
    {
        var reader = new ProtobufReader(message);
        ulong count = 0;
        double countFloat = 0;
        double bound = 0;
        ReadOnlySpan<byte> exemplar = default;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    reader.TryVarint(out count);
                    break;
                case 2:
                    reader.TryDouble(out bound);
                    break;
                case ProtobufExposition.BucketExemplar:
                    if (reader.TryBytes(out exemplar) && !ProtobufExposition.TryExemplar(exemplar, null, out _))
                    {
                        reader.Fail("an exemplar is damaged");
                    }
                    break;
                case 4:
                    reader.TryDouble(out countFloat);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
        bucket = new ProtobufBucket { Bound = bound, Value = countFloat == 0 ? count : countFloat, Exemplar = exemplar };
        return reader.Error is null;
    }

    public static bool TryReadQuantile(ReadOnlySpan<byte> message, out ProtobufBucket quantile)
    {
        var reader = new ProtobufReader(message);
        double which = 0;
        double value = 0;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    reader.TryDouble(out which);
                    break;
                case 2:
                    reader.TryDouble(out value);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
        quantile = new ProtobufBucket { Bound = which, Value = value };
        return reader.Error is null;
    }
}
