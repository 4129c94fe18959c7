using System.Globalization;

namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Sizes as bcache writes them: 512, 427.5k, 1.1M, 321.5k/sec.</summary>
internal static class BcacheSize
{
    private const string Units = "kMGTPEZY";
    private const double Step = 1024;

    /// <summary>The size in bytes; 0 where the text is something else.</summary>
    /// <remarks>The digit behind the point stands for hundreds of the next smaller unit: 1.1M is 1 MiB and 100 KiB.</remarks>
    public static double Parse(string text)
    {
        text = text.EndsWith("/sec", StringComparison.Ordinal) ? text[..^4] : text;
        int unit = text.Length == 0 ? -1 : Units.IndexOf(text[^1], StringComparison.Ordinal);
        if (unit < 0)
        {
            return Number(text);
        }
        string[] parts = text[..^1].Split('.');
        double scale = Math.Pow(Step, unit + 1);
        double fraction = parts.Length > 1 ? Math.Abs(Number(parts[1])) * 100 * (scale / Step) : 0;
        return (Number(parts[0]) * scale) + (text[0] == '-' ? -fraction : fraction);
    }

    private static double Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : 0;
}
