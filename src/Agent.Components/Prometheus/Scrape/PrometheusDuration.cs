using System.Globalization;
using System.Text;

namespace Agent.Components.Prometheus.Scrape;

/// <summary>Durations as Prometheus writes them: <c>1m30s</c>, <c>1d</c>.</summary>
internal static class PrometheusDuration
{
    // Years, weeks and days only where they divide what is left: 30h stays 30h.
    private static readonly (string Name, long Milliseconds, bool Exact)[] Units =
    [
        ("y", 365L * 24 * 3600 * 1000, true), ("w", 7L * 24 * 3600 * 1000, true), ("d", 24L * 3600 * 1000, true), ("h", 3600 * 1000, false),
        ("m", 60 * 1000, false), ("s", 1000, false), ("ms", 1, false),
    ];

    public static string Format(TimeSpan value)
    {
        long left = value.Ticks / TimeSpan.TicksPerMillisecond;
        if (left == 0)
        {
            return "0s";
        }
        var text = new StringBuilder();
        foreach ((string name, long size, bool exact) in Units)
        {
            if (exact && left % size != 0)
            {
                continue;
            }
            long count = left / size;
            if (count > 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"{count}{name}");
                left -= count * size;
            }
        }
        return text.ToString();
    }
}
