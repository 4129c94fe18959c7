using System.Globalization;
using System.Text;

namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>The distribution, from /etc/os-release or /usr/lib/os-release.</summary>
internal sealed class OsCollector : IUnixCollector
{
    private static readonly string[] Keys =
    [
        "BUILD_ID", "ID", "ID_LIKE", "IMAGE_ID", "IMAGE_VERSION", "NAME", "PRETTY_NAME", "VARIANT", "VARIANT_ID", "VERSION",
        "VERSION_CODENAME", "VERSION_ID",
    ];

    private static readonly Family Info = Family.Gauge(
        "node_os_info",
        "A metric with a constant '1' value labeled by build_id, id, id_like, image_id, image_version, name, pretty_name, variant, "
        + "variant_id, version, version_codename, version_id.",
        [.. Keys.Select(key => key.ToLowerInvariant())]);
    private static readonly Family Version = Family.Gauge(
        "node_os_version", "Metric containing the major.minor part of the OS version.", "id", "id_like", "name");
    private static readonly Family SupportEnd = Family.Gauge(
        "node_os_support_end_timestamp_seconds", "Metric containing the end-of-life date timestamp of the OS.");

    private readonly ParsedContent<Dictionary<string, string>> _release = new(static text => Parse(Encoding.UTF8.GetString(text).Split('\n')));

    public void Collect(CollectorScrape scrape)
    {
        string etc = scrape.Files.Root("etc/os-release");
        string path = File.Exists(etc) ? etc : scrape.Files.Root("usr/lib/os-release");
        if (!File.Exists(path))
        {
            scrape.NoData("there is no os-release file");
            return;
        }
        Dictionary<string, string> release = _release.Of(scrape.Files.Read(path));
        string Of(string key) => release.GetValueOrDefault(key, "");
        string[] values = new string[Keys.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = Of(Keys[i]);
        }
        scrape.Output.Write(Info, 1, values);
        if (MajorMinor(Of("VERSION_ID")) is > 0 and var version)
        {
            scrape.Output.Write(Version, version, Of("ID"), Of("ID_LIKE"), Of("NAME"));
        }
        if (Of("SUPPORT_END") is { Length: > 0 } end)
        {
            if (!DateOnly.TryParseExact(end, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly date))
            {
                throw new CollectorException($"cannot read SUPPORT_END of {path}: \"{end}\" is no date");
            }
            scrape.Output.Write(SupportEnd, (date.DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber) * 86400.0);
        }
    }

    /// <summary>Lines of KEY=value, with the shell's quotes around the value if any.</summary>
    public static Dictionary<string, string> Parse(IEnumerable<string> lines)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string raw in lines)
        {
            string line = raw.Trim();
            int equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || line[0] == '#')
            {
                continue;
            }
            string value = line[(equals + 1)..].Trim();
            if (value.Length >= 2 && value[0] is '"' or '\'' && value[^1] == value[0])
            {
                bool escapes = value[0] == '"';
                value = value[1..^1];
                value = escapes ? value.Replace("\\\"", "\"", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal) : value;
            }
            values[line[..equals].Trim()] = value;
        }
        return values;
    }

    private static double MajorMinor(string version)
    {
        int end = 0;
        bool point = false;
        while (end < version.Length && (char.IsAsciiDigit(version[end]) || (version[end] == '.' && !point && end > 0)))
        {
            point |= version[end++] == '.';
        }
        return double.TryParse(version.AsSpan(0, end), NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : 0;
    }
}
