using System.Globalization;
using System.Text;

namespace Agent.EndToEnd.Prometheus;

/// <summary>A page of metrics in the text format 0.0.4, read without any code of the agent's.</summary>
internal sealed class ExposedMetrics
{
    private readonly Dictionary<string, string> _types = new(StringComparer.Ordinal);
    private readonly Dictionary<string, double> _series = new(StringComparer.Ordinal);

    /// <summary>Type by family.</summary>
    public IReadOnlyDictionary<string, string> Types => _types;

    /// <summary>Value by series: name and labels, sorted by name.</summary>
    public IReadOnlyDictionary<string, double> Series => _series;

    public static ExposedMetrics Parse(string text)
    {
        var page = new ExposedMetrics();
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                string[] words = line.Split(' ');
                page._types.Add(words[2], words[3]);
            }
            else if (line[0] != '#')
            {
                int end = line.LastIndexOf(' ');
                page._series.Add(Sorted(line[..end]), Value(line[(end + 1)..]));
            }
        }
        return page;
    }

    /// <summary>The family of a series: none of those compared has suffixes.</summary>
    public static string FamilyOf(string series) => series.Split('{')[0];

    private static double Value(string text) => text switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        _ => double.Parse(text, CultureInfo.InvariantCulture),
    };

    private static string Sorted(string series)
    {
        int open = series.IndexOf('{', StringComparison.Ordinal);
        return open < 0
            ? series
            : series[..open] + "{" + string.Join(',', Labels(series[(open + 1)..^1]).Order(StringComparer.Ordinal)) + "}";
    }

    private static IEnumerable<string> Labels(string text)
    {
        var label = new StringBuilder();
        bool isQuoted = false;
        for (int at = 0; at < text.Length; at++)
        {
            isQuoted ^= text[at] == '"';
            if (text[at] == ',' && !isQuoted)
            {
                yield return label.ToString();
                label.Clear();
                continue;
            }
            label.Append(text[at]);
            if (text[at] == '\\')
            {
                label.Append(text[++at]);
            }
        }
        if (label.Length > 0)
        {
            yield return label.ToString();
        }
    }
}
