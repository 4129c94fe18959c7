using System.Globalization;
using System.Text;
using Agent.Telemetry.Metrics;
using Agent.Wire.Exposition;

namespace Agent.Wire.Tests.Exposition;

/// <summary>Prints everything a reader gives, one line an entry, so that tests compare text.</summary>
internal static class ExpositionText
{
    public static List<string> Of<TReader>(ref TReader reader, out ExpositionError? error)
        where TReader : IExpositionReader, allows ref struct
    {
        var lines = new List<string>();
        var labels = new SeriesLabels();
        var exemplar = new ExemplarBuffer();
        while (reader.Next())
        {
            string? line = reader.Entry switch
            {
                ExpositionEntry.Help => $"help {Text(reader.Family)} {Text(reader.Text)}",
                ExpositionEntry.Type => $"type {Text(reader.Family)} {reader.Type.ToString().ToLowerInvariant()}",
                ExpositionEntry.Unit => $"unit {Text(reader.Family)} {Text(reader.Text)}",
                ExpositionEntry.Comment => $"comment {Text(reader.Text)}",
                _ => null,
            };
            if (line is null && !reader.TryReadLabels(labels))
            {
                break;
            }
            lines.Add(line ?? Sample(ref reader, labels, exemplar));
        }
        error = reader.Error;
        return lines;
    }

    public static string Labels(SeriesLabels labels)
    {
        var text = new StringBuilder("{");
        for (int i = 0; i < labels.Count; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"[{Text(labels.Name(i))}={Text(labels.Value(i))}]");
        }
        return text.Append('}').ToString();
    }

    public static string Histogram(HistogramView h)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"float={h.Head.IsFloat} reset={(int)h.Head.CounterReset} schema={h.Head.Schema}");
        text.Append(CultureInfo.InvariantCulture, $" count={(h.Head.IsFloat ? Bits(h.Head.CountFloat) : h.Head.Count)} sum={Bits(h.Head.Sum)}");
        text.Append(CultureInfo.InvariantCulture, $" zero={(h.Head.IsFloat ? Bits(h.Head.ZeroCountFloat) : h.Head.ZeroCount)} threshold={Bits(h.Head.ZeroThreshold)}");
        Spans(text.Append(" +"), h.PositiveSpans);
        Spans(text.Append(" -"), h.NegativeSpans);
        Numbers(text.Append(" +"), h.Head.IsFloat, h.PositiveCounts, h.PositiveDeltas);
        Numbers(text.Append(" -"), h.Head.IsFloat, h.NegativeCounts, h.NegativeDeltas);
        Numbers(text.Append(" custom"), true, h.CustomValues, default);
        return text.ToString();
    }

    public static string Bits(double value) => BitConverter.DoubleToUInt64Bits(value).ToString("x16", CultureInfo.InvariantCulture);

    private static string Sample<TReader>(ref TReader reader, SeriesLabels labels, ExemplarBuffer exemplar)
        where TReader : IExpositionReader, allows ref struct
    {
        var text = new StringBuilder(reader.Entry.ToString().ToLowerInvariant()).Append(' ').Append(Labels(labels)).Append(' ');
        text.Append(reader.Entry == ExpositionEntry.Series ? Bits(reader.Value) : Histogram(reader.Histogram));
        text.Append(reader.HasTimestamp ? $" @{reader.Timestamp}" : "");
        while (reader.TryReadExemplar(exemplar))
        {
            text.Append(CultureInfo.InvariantCulture, $" # {Labels(exemplar.Labels)} {Bits(exemplar.Value)}");
            text.Append(exemplar.HasTimestamp ? $" @{exemplar.Timestamp}" : "");
        }
        long start = reader.ReadStartTimestamp();
        return text.Append(start == 0 ? "" : $" since {start}").ToString();
    }

    private static void Spans(StringBuilder text, ReadOnlySpan<BucketSpan> spans)
    {
        foreach (BucketSpan span in spans)
        {
            text.Append(CultureInfo.InvariantCulture, $"({span.Offset},{span.Length})");
        }
    }

    private static void Numbers(StringBuilder text, bool isFloat, ReadOnlySpan<double> counts, ReadOnlySpan<long> deltas)
    {
        foreach (double count in isFloat ? counts : default)
        {
            text.Append('|').Append(Bits(count));
        }
        foreach (long delta in deltas)
        {
            text.Append('|').Append(delta);
        }
    }

    private static string Text(ReadOnlySpan<byte> bytes) => Convert.ToHexString(bytes) is var hex && bytes.IndexOfAnyExceptInRange((byte)' ', (byte)'~') >= 0
        ? "x" + hex
        : Encoding.UTF8.GetString(bytes);
}
