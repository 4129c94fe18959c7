using Agent.Telemetry.Metrics;

namespace Agent.Wire.Exposition;

/// <summary>The text of one series: where it ends in a line, and its labels.</summary>
internal static class SeriesText
{
    /// <summary>
    /// Bytes of the series at the start of a line, found without looking at its labels; -1 where only reading them tells.
    /// Right for every valid line. A wrong length for an invalid one is found out by <see cref="TryReadLabels"/>.
    /// </summary>
    /// <remarks>
    /// Behind the labels of a valid line stands no brace (the caller rules exemplars out), so the last one closes them, unless the
    /// line break is part of a label's value. That leaves an odd number of quotes; backslashes go the long way.
    /// </remarks>
    public static int QuickLength(ReadOnlySpan<byte> line)
    {
        int close = line.LastIndexOf((byte)'}');
        if (close < 0)
        {
            int name = LabelLexer.MetricNameLength(line);
            return name > 0 && !line.Contains((byte)'{') ? name : -1;
        }
        ReadOnlySpan<byte> series = line[..(close + 1)];
        int open = LabelLexer.MetricNameLength(series);
        return series[open] == '{' && (series.Count((byte)'"') & 1) == 0 && !series.Contains((byte)'\\') ? close + 1 : -1;
    }

    /// <summary>Reads the labels of the series that <paramref name="series"/> is, which must end with it.</summary>
    public static bool TryReadLabels(ReadOnlySpan<byte> series, LabelGrammar grammar, MetricType type, SeriesLabels labels, out string? error, out int errorAt)
    {
        labels.Clear();
        int name = NameEnd(series, grammar, out int brace);
        bool hasName = name > 0;
        if (hasName)
        {
            labels.Add("__name__"u8, series[..name]);
        }
        error = null;
        errorAt = 0;
        int end = name;
        if (brace >= 0)
        {
            var lexer = new LabelLexer(series, grammar);
            if (!lexer.TryRead(brace + 1, ref hasName, labels))
            {
                error = lexer.Error;
                errorAt = lexer.Position;
                return false;
            }
            end = lexer.Position;
        }
        if (!hasName || end != series.Length)
        {
            error = hasName ? "expected value after metric" : "metric name not set";
            errorAt = end;
            return false;
        }
        Normalize(labels, type);
        labels.Sort();
        return true;
    }

    /// <summary>The end of the metric's name before the braces, 0 where it stands inside; blanks before it belong to it, as in Prometheus.</summary>
    /// <param name="brace">Where the opening brace is, or -1.</param>
    public static int NameEnd(ReadOnlySpan<byte> series, LabelGrammar grammar, out int brace)
    {
        int start = grammar == LabelGrammar.Prometheus ? Blanks(series, 0) : 0;
        int name = LabelLexer.MetricNameLength(series[start..]);
        int end = name == 0 ? 0 : start + name;
        int behind = grammar == LabelGrammar.Prometheus ? Blanks(series, start + name) : start + name;
        brace = behind < series.Length && series[behind] == '{' ? behind : -1;
        return end;
    }

    /// <summary>The place behind spaces and tabs.</summary>
    public static int Blanks(ReadOnlySpan<byte> text, int at)
    {
        while (at < text.Length && text[at] is ((byte)' ' or (byte)'\t'))
        {
            at++;
        }
        return at;
    }

    /// <summary>Bucket bounds and quantiles are numbers: one spelling for each.</summary>
    private static void Normalize(SeriesLabels labels, MetricType type)
    {
        ReadOnlySpan<byte> wanted = type == MetricType.Histogram ? "le"u8 : type == MetricType.Summary ? "quantile"u8 : default;
        if (wanted.IsEmpty)
        {
            return;
        }
        Span<byte> number = stackalloc byte[32];
        for (int i = 0; i < labels.Count; i++)
        {
            if (labels.Name(i).SequenceEqual(wanted) && NumberText.TryParse(labels.Value(i), out double value))
            {
                labels.ReplaceValue(i, number[..NumberText.Format(value, number)]);
            }
        }
    }
}
