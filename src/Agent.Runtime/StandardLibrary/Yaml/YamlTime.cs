using System.Globalization;
using System.Text.RegularExpressions;
using Agent.Syntax.Values;

namespace Agent.Runtime.StandardLibrary.Yaml;

/// <summary>Timestamps of YAML, which become text in RFC 3339 with as many digits of the second as they need.</summary>
internal static partial class YamlTime
{
    private const int DigitsOfNanosecond = 9;

    public static StringValue? TryRead(string text)
    {
        Match match = Pattern().Match(text);
        if (!match.Success)
        {
            return null;
        }
        int[] parts = new int[6];
        for (int i = 0; i < parts.Length; i++)
        {
            parts[i] = match.Groups[i + 1].Success ? int.Parse(match.Groups[i + 1].ValueSpan, CultureInfo.InvariantCulture) : 0;
        }
        if (parts[1] is < 1 or > 12 || parts[0] < 1 || parts[2] < 1 || parts[2] > DateTime.DaysInMonth(parts[0], parts[1])
            || parts[3] > 23 || parts[4] > 59 || parts[5] > 59)
        {
            return null;
        }
        string zone = match.Groups["zone"].Value;
        bool needsZone = match.Groups["t"].Success && match.Groups["t"].Value != " ";
        if (needsZone != zone.Length > 0)
        {
            return null;
        }
        string fraction = match.Groups["fraction"].Value;
        fraction = fraction[..Math.Min(fraction.Length, DigitsOfNanosecond)].TrimEnd('0');
        return new StringValue(string.Create(
            CultureInfo.InvariantCulture,
            $"{parts[0]:0000}-{parts[1]:00}-{parts[2]:00}T{parts[3]:00}:{parts[4]:00}:{parts[5]:00}{(fraction.Length > 0 ? "." + fraction : "")}{Zone(zone)}"));
    }

    private static string Zone(string zone) => zone is "" or "Z" or "+00:00" or "-00:00" ? "Z" : zone;

    [GeneratedRegex(
        @"^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:(?<t>[Tt ])([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:\.(?<fraction>[0-9]+))?(?<zone>Z|[-+][0-9][0-9]:[0-9][0-9])?)?$",
        RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
