using System.Buffers;

namespace Agent.Components.Loki.Process.CustomMetrics;

/// <summary>Names of metrics and labels as Prometheus' text format takes them.</summary>
internal static class MetricNames
{
    private const string Letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    private static readonly SearchValues<char> LabelCharacters = SearchValues.Create(Letters);
    private static readonly SearchValues<char> MetricCharacters = SearchValues.Create(Letters + ":");

    /// <summary>The name with an underscore for each character that it may not have.</summary>
    public static string Of(string name, bool allowsColons)
    {
        SearchValues<char> valid = allowsColons ? MetricCharacters : LabelCharacters;
        bool startsWithDigit = name.Length > 0 && char.IsAsciiDigit(name[0]);
        if (!startsWithDigit && !name.AsSpan().ContainsAnyExcept(valid))
        {
            return name;
        }
        char[] fixedName = name.ToCharArray();
        for (int i = 0; i < fixedName.Length; i++)
        {
            fixedName[i] = valid.Contains(fixedName[i]) && (i > 0 || !startsWithDigit) ? fixedName[i] : '_';
        }
        return new string(fixedName);
    }
}
