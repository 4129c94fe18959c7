using System.Buffers;
using System.Text;
using Agent.Sdk;
using Agent.Telemetry;
using Agent.Telemetry.Metrics;
using Agent.Wire;

namespace Agent.Components.Prometheus;

/// <summary>Writes a batch in a text format as Alloy's <c>prometheus.echo</c> does: every metric is a family of its own, in order of names.</summary>
/// <remarks>
/// Nothing says that series belong to one family once they travel, so plain samples are untyped; native histograms show count and sum.
/// Formats: https://prometheus.io/docs/instrumenting/exposition_formats. Names outside of the classic grammar are quoted, and lead the labels.
/// </remarks>
internal sealed class EchoFormat(GrowableBuffer output, bool openMetrics)
{
    private const string NameLabel = "__name__";
    private const string Infinity = "le=\"+Inf\"";

    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_:");

    private static readonly SearchValues<char> LabelCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

    private readonly Dictionary<LabelSet, MetricExemplar> _exemplars = [];

    public void Append(MetricBatch batch)
    {
        foreach (ref readonly MetricExemplar exemplar in batch.Exemplars)
        {
            _exemplars[exemplar.Series.Labels] = exemplar;
        }
        var helps = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (MetricMetadata metadata in batch.Metadata)
        {
            helps[metadata.Family] = metadata.Help;
        }
        string? family = null;
        bool isHistogram = false;
        foreach (Row row in RowsOf(batch))
        {
            if (row.Name != family || row.IsHistogram != isHistogram)
            {
                (family, isHistogram) = (row.Name, row.IsHistogram);
                AppendHead(family, isHistogram, row.Series.Metadata?.Help ?? helps.GetValueOrDefault(family));
            }
            AppendRow(batch, row);
        }
    }

    /// <summary>Samples of one series stay in the order in which they came.</summary>
    private static List<Row> RowsOf(MetricBatch batch)
    {
        var rows = new List<Row>();
        for (int i = 0; i < batch.Count; i++)
        {
            rows.Add(new Row(batch.Series[i], batch.Series[i].Labels[NameLabel], IsHistogram: false, i));
        }
        for (int i = 0; i < batch.Histograms.Length; i++)
        {
            rows.Add(new Row(batch.Histograms[i].Series, batch.Histograms[i].Series.Labels[NameLabel], IsHistogram: true, i));
        }
        rows.RemoveAll(static row => row.Name.Length == 0);
        rows.Sort(Row.Compare);
        return rows;
    }

    private void AppendRow(MetricBatch batch, Row row)
    {
        if (!row.IsHistogram)
        {
            long timestamp = batch.Timestamps[row.Index];
            AppendLine(row, "", "", batch.Values[row.Index]);
            AppendTime(timestamp);
            EndLine(row, withExemplar: true);
            return;
        }
        HistogramHead head = batch.HistogramAt(row.Index).Head;
        double count = head.IsFloat ? head.CountFloat : head.Count;
        AppendLine(row, "_bucket", Infinity, count);
        EndLine(row, withExemplar: true);
        AppendLine(row, "_sum", "", head.Sum);
        EndLine(row, withExemplar: false);
        AppendLine(row, "_count", "", count);
        EndLine(row, withExemplar: false);
    }

    private void AppendHead(string family, bool isHistogram, string? help)
    {
        string name = IsPlain(family, NameCharacters) ? family : $"\"{Escaped(family, quotes: true)}\"";
        if (help is not null)
        {
            Append($"# HELP {name} {Escaped(help, quotes: openMetrics)}\n");
        }
        Append($"# TYPE {name} {(isHistogram ? "histogram" : openMetrics ? "unknown" : "untyped")}\n");
    }

    private void AppendLine(Row row, string suffix, string extra, double value)
    {
        bool isPlain = IsPlain(row.Name, NameCharacters);
        string separator = "{";
        if (isPlain)
        {
            Append(row.Name + suffix);
        }
        else
        {
            Append($"{{\"{Escaped(row.Name + suffix, quotes: true)}\"");
            separator = ",";
        }
        foreach (Label label in row.Series.Labels)
        {
            if (label.Name != NameLabel)
            {
                string name = IsPlain(label.Name, LabelCharacters) ? label.Name : $"\"{Escaped(label.Name, quotes: true)}\"";
                Append($"{separator}{name}=\"{Escaped(label.Value, quotes: true)}\"");
                separator = ",";
            }
        }
        if (extra.Length > 0)
        {
            Append(separator + extra);
            separator = ",";
        }
        Append(separator == "{" ? " " : "} ");
        Append(Number(value));
    }

    private void AppendTime(long timestamp)
    {
        if (timestamp > 0)
        {
            Append(openMetrics ? $" {Number(timestamp / 1000.0)}" : $" {timestamp}");
        }
    }

    /// <summary>Only the one format has a place for exemplars.</summary>
    private void EndLine(Row row, bool withExemplar)
    {
        if (openMetrics && withExemplar && _exemplars.TryGetValue(row.Series.Labels, out MetricExemplar exemplar))
        {
            Append(" # {");
            string separator = "";
            LabelBlock.Enumerator labels = LabelBlock.Read(exemplar.Labels.Span);
            while (labels.MoveNext())
            {
                Append($"{separator}{Encoding.UTF8.GetString(labels.Name)}=\"{Escaped(Encoding.UTF8.GetString(labels.Value), quotes: true)}\"");
                separator = ",";
            }
            Append($"}} {Number(exemplar.Value)}");
            AppendTime(exemplar.Timestamp);
        }
        output.WriteByte((byte)'\n');
    }

    private string Number(double value)
    {
        string text = GoFloat.Format(value, 'g');
        return openMetrics && double.IsFinite(value) && text.AsSpan().IndexOfAny('.', 'e') < 0 ? text + ".0" : text;
    }

    private static bool IsPlain(string name, SearchValues<char> characters) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && !name.AsSpan().ContainsAnyExcept(characters);

    private static string Escaped(string text, bool quotes)
    {
        string escaped = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        return quotes ? escaped.Replace("\"", "\\\"", StringComparison.Ordinal) : escaped;
    }

    private void Append(string text) => Encoding.UTF8.GetBytes(text, output);

    private readonly record struct Row(MetricSeries Series, string Name, bool IsHistogram, int Index)
    {
        public static int Compare(Row one, Row other)
        {
            int order = string.CompareOrdinal(one.Name, other.Name);
            order = order != 0 ? order : one.IsHistogram.CompareTo(other.IsHistogram);
            order = order != 0 ? order : CompareLabels(one.Series.Labels.Span, other.Series.Labels.Span);
            return order != 0 ? order : one.Index.CompareTo(other.Index);
        }

        private static int CompareLabels(ReadOnlySpan<Label> one, ReadOnlySpan<Label> other)
        {
            for (int i = 0; i < Math.Min(one.Length, other.Length); i++)
            {
                int order = string.CompareOrdinal(one[i].Name, other[i].Name);
                order = order != 0 ? order : string.CompareOrdinal(one[i].Value, other[i].Value);
                if (order != 0)
                {
                    return order;
                }
            }
            return one.Length.CompareTo(other.Length);
        }
    }
}
