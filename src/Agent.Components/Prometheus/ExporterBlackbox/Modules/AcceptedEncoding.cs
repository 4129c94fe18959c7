using System.Globalization;

namespace Agent.Components.Prometheus.ExporterBlackbox.Modules;

/// <summary>Whether what a probe asks for and what it expects fit together.</summary>
internal static class AcceptedEncoding
{
    /// <summary>Whether an Accept-Encoding header admits the compression; without either, it does.</summary>
    public static bool Covers(string acceptEncoding, string compression)
    {
        if (compression.Length == 0 || acceptEncoding.Length == 0)
        {
            return true;
        }
        foreach ((string name, float quality) in acceptEncoding.Split(',').Select(Read).OrderByDescending(static encoding => encoding.Quality))
        {
            if (name == compression || name == "*")
            {
                return quality > 0;
            }
        }
        return false;
    }

    private static (string Name, float Quality) Read(string part)
    {
        int semicolon = part.LastIndexOf(';');
        if (semicolon < 0)
        {
            return (part.Trim(), 1);
        }
        ReadOnlySpan<char> quality = part.AsSpan(semicolon + 1).Trim();
        quality = quality.StartsWith("q=") ? quality[2..] : quality;
        float.TryParse(quality, NumberStyles.Float, CultureInfo.InvariantCulture, out float number);
        return (part[..semicolon].Trim(), MathF.Round(number, 3));
    }
}
