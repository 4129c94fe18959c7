using System.Buffers;
using System.Buffers.Text;

namespace Agent.Components.Prometheus.Exporter;

/// <summary>Rewrites the Prometheus text format 0.0.4 as OpenMetrics 1.0.</summary>
/// <remarks>
/// A counter's family loses its <c>_total</c>; one whose name does not end so is of unknown type, for OpenMetrics has no such counters.
/// Times are seconds in place of milliseconds, bounds and quantiles have a point. Families keep their order, comments go.
/// Format: https://github.com/prometheus/OpenMetrics/blob/v1.0.0/specification/OpenMetrics.md.
/// </remarks>
internal static class OpenMetricsText
{
    private static readonly SearchValues<byte> WholeNumber = SearchValues.Create("0123456789-"u8);

    public static void Convert(ReadOnlySpan<byte> text, IBufferWriter<byte> output)
    {
        // A HELP line names the family, whose name depends on the TYPE line behind it.
        ReadOnlySpan<byte> help = default;
        while (!text.IsEmpty)
        {
            ReadOnlySpan<byte> line = TakeLine(ref text);
            if (line.StartsWith("# HELP "u8))
            {
                WriteHelp(output, help, isCounter: false);
                help = line["# HELP "u8.Length..];
            }
            else if (line.StartsWith("# TYPE "u8))
            {
                WriteFamily(output, line["# TYPE "u8.Length..], ref help);
            }
            else if (!line.IsEmpty && line[0] != '#')
            {
                WriteHelp(output, help, isCounter: false);
                help = default;
                WriteSample(output, line);
            }
        }
        WriteHelp(output, help, isCounter: false);
        output.Write("# EOF\n"u8);
    }

    private static ReadOnlySpan<byte> TakeLine(scoped ref ReadOnlySpan<byte> text)
    {
        int end = text.IndexOf((byte)'\n');
        ReadOnlySpan<byte> line = end < 0 ? text : text[..end];
        text = end < 0 ? default : text[(end + 1)..];
        return line.Trim(" \t\r"u8);
    }

    private static void WriteFamily(IBufferWriter<byte> output, ReadOnlySpan<byte> line, scoped ref ReadOnlySpan<byte> help)
    {
        ReadOnlySpan<byte> name = Word(line, out ReadOnlySpan<byte> type);
        bool isCounter = type.SequenceEqual("counter"u8) && name.EndsWith("_total"u8);
        bool isHelped = Word(help, out _).SequenceEqual(name);
        WriteHelp(output, help, isCounter && isHelped);
        help = default;
        output.Write("# TYPE "u8);
        output.Write(isCounter ? WithoutTotal(name) : name);
        output.Write(" "u8);
        output.Write(type.SequenceEqual("untyped"u8) || (type.SequenceEqual("counter"u8) && !isCounter) ? "unknown"u8 : type);
        output.Write("\n"u8);
    }

    private static void WriteHelp(IBufferWriter<byte> output, ReadOnlySpan<byte> line, bool isCounter)
    {
        if (line.IsEmpty)
        {
            return;
        }
        ReadOnlySpan<byte> name = Word(line, out ReadOnlySpan<byte> help);
        output.Write("# HELP "u8);
        output.Write(isCounter ? WithoutTotal(name) : name);
        output.Write(" "u8);
        for (int quote = help.IndexOf((byte)'"'); quote >= 0; quote = help.IndexOf((byte)'"'))
        {
            output.Write(help[..quote]);
            output.Write("\\\""u8);
            help = help[(quote + 1)..];
        }
        output.Write(help);
        output.Write("\n"u8);
    }

    private static void WriteSample(IBufferWriter<byte> output, ReadOnlySpan<byte> line)
    {
        int end = EndOfSeries(line);
        WriteSeries(output, line[..end]);
        ReadOnlySpan<byte> value = Word(line[end..].Trim(" \t"u8), out ReadOnlySpan<byte> time);
        output.Write(" "u8);
        output.Write(value);
        if (Utf8Parser.TryParse(time, out long milliseconds, out int used) && used == time.Length)
        {
            output.Write(" "u8);
            Span<byte> space = output.GetSpan(32);
            Utf8Formatter.TryFormat(milliseconds / 1000m, space, out int written);
            output.Advance(written);
        }
        output.Write("\n"u8);
    }

    /// <summary>Where name and labels end. A brace may stand in the value of a label.</summary>
    private static int EndOfSeries(ReadOnlySpan<byte> line)
    {
        int at = line.IndexOfAny("{ \t"u8);
        if (at < 0 || line[at] != '{')
        {
            return at < 0 ? line.Length : at;
        }
        bool quoted = false;
        for (; at < line.Length; at++)
        {
            if (quoted && line[at] == '\\')
            {
                at++;
            }
            else if (line[at] == '"')
            {
                quoted = !quoted;
            }
            else if (line[at] == '}' && !quoted)
            {
                return at + 1;
            }
        }
        return line.Length;
    }

    private static void WriteSeries(IBufferWriter<byte> output, ReadOnlySpan<byte> series)
    {
        int at = BoundOf(series);
        int length = at < 0 ? -1 : series[at..].IndexOf((byte)'"');
        if (length > 0 && series.Slice(at, length).IndexOfAnyExcept(WholeNumber) < 0)
        {
            output.Write(series[..(at + length)]);
            output.Write(".0"u8);
            output.Write(series[(at + length)..]);
            return;
        }
        output.Write(series);
    }

    /// <summary>Where the value of le or quantile begins, or -1.</summary>
    private static int BoundOf(ReadOnlySpan<byte> series)
    {
        int first = Math.Max(After(series, "{le=\""u8), After(series, ",le=\""u8));
        return first >= 0 ? first : Math.Max(After(series, "{quantile=\""u8), After(series, ",quantile=\""u8));
    }

    private static int After(ReadOnlySpan<byte> series, ReadOnlySpan<byte> label)
    {
        int at = series.IndexOf(label);
        return at < 0 ? at : at + label.Length;
    }

    private static ReadOnlySpan<byte> WithoutTotal(ReadOnlySpan<byte> name) => name[..^"_total"u8.Length];

    private static ReadOnlySpan<byte> Word(ReadOnlySpan<byte> text, out ReadOnlySpan<byte> rest)
    {
        int end = text.IndexOfAny(" \t"u8);
        rest = end < 0 ? default : text[end..].TrimStart(" \t"u8);
        return end < 0 ? text : text[..end];
    }
}
