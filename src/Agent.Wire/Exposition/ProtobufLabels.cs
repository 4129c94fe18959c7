using System.Text.Unicode;
using Agent.Wire.Protobuf;

namespace Agent.Wire.Exposition;

/// <summary>The labels of a Metric message, and the bytes that stand for them in the name of a series.</summary>
internal static class ProtobufLabels
{
    /// <summary>Adds the labels; false, with what is wrong, where one is not valid.</summary>
    public static bool TryAdd(ReadOnlySpan<byte> metric, SeriesLabels labels, out string? error)
    {
        var reader = new ProtobufReader(metric);
        while (reader.Next())
        {
            if (reader.Field != ProtobufExposition.MetricLabel)
            {
                reader.Skip();
            }
            else if (reader.TryBytes(out ReadOnlySpan<byte> pair) && !TryAddPair(pair, labels, out error))
            {
                return false;
            }
        }
        error = reader.Error;
        return error is null;
    }

    /// <summary>Appends the labels as sent, each with its length.</summary>
    public static void AppendTo(GrowableBuffer key, ReadOnlySpan<byte> metric)
    {
        var reader = new ProtobufReader(metric);
        while (reader.Next())
        {
            if (reader.Field == ProtobufExposition.MetricLabel && reader.TryBytes(out ReadOnlySpan<byte> pair))
            {
                new ProtobufWriter(key).WriteVarint((uint)pair.Length);
                key.Write(pair);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private static bool TryAddPair(ReadOnlySpan<byte> pair, SeriesLabels labels, out string? error)
    {
        error = null;
        if (!ProtobufExposition.TryPair(pair, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value))
        {
            error = "a label is damaged";
        }
        else if (!Utf8.IsValid(name) || (name.IsEmpty && HasName(pair)))
        {
            error = $"invalid label name: {ExpositionError.Quoted(name)}";
        }
        else if (!Utf8.IsValid(value))
        {
            error = $"invalid label value: {ExpositionError.Quoted(value)}";
        }
        else
        {
            labels.Add(name, value);
        }
        return error is null;
    }

    /// <summary>Prometheus checks a name only where one was sent.</summary>
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
}
