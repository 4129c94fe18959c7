using System.Globalization;
using System.Text.Json;

namespace Agent.EndToEnd.Prometheus;

/// <summary>One series of what a query gave.</summary>
internal sealed class QueriedSeries
{
    /// <param name="series">Of an instant vector, whose series have a value each, or of a matrix.</param>
    public QueriedSeries(JsonElement series)
    {
        Labels = series.GetProperty("metric").EnumerateObject()
            .ToDictionary(static label => label.Name, static label => label.Value.GetString()!, StringComparer.Ordinal);
        Values = series.TryGetProperty("value", out JsonElement value) ? [Read(value)]
            : series.TryGetProperty("values", out JsonElement values) ? [.. values.EnumerateArray().Select(Read)] : [];
        Histogram = series.TryGetProperty("histogram", out JsonElement histogram) ? histogram[1] : null;
    }

    public IReadOnlyDictionary<string, string> Labels { get; }

    /// <summary>Seconds since 1970, and the value at that time.</summary>
    public IReadOnlyList<(double Time, double Value)> Values { get; }

    /// <summary>Of a native histogram.</summary>
    public JsonElement? Histogram { get; }

    /// <summary>Name and labels as Prometheus writes them, without those named.</summary>
    public string Text(params IEnumerable<string> without) =>
        Labels["__name__"] + "{" + string.Join(',', Labels.Where(label => label.Key != "__name__" && !without.Contains(label.Key))
            .OrderBy(static label => label.Key, StringComparer.Ordinal).Select(static label => $"{label.Key}=\"{label.Value}\"")) + "}";

    private static (double Time, double Value) Read(JsonElement pair) => (pair[0].GetDouble(), ValueOf(pair[1].GetString()!));

    private static double ValueOf(string text) => text switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        _ => double.Parse(text, CultureInfo.InvariantCulture),
    };
}
