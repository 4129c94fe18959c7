using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Agent.Sdk.Decoding;

/// <summary>How the types that users write as text are read; the one place that knows whose parser does it.</summary>
internal static class TextParsers
{
    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.");

    public static bool Uri(string text, [MaybeNullWhen(false)] out Uri uri, [NotNullWhen(false)] out string? error)
    {
        error = System.Uri.TryCreate(text, UriKind.Absolute, out uri) ? null : "is not a valid URL: it needs a scheme and a host, such as http://host:port/path";
        return error is null;
    }

    public static bool Duration(string text, out TimeSpan duration, [NotNullWhen(false)] out string? error)
    {
        duration = default;
        error = null;
        ReadOnlySpan<char> rest = text;
        bool negative = rest.StartsWith('-');
        if (negative || rest.StartsWith('+'))
        {
            rest = rest[1..];
        }
        if (rest.SequenceEqual("0"))
        {
            return true;
        }
        error = rest.IsEmpty ? $"time: invalid duration \"{text}\"" : null;
        decimal nanoseconds = 0;
        while (error is null && !rest.IsEmpty)
        {
            error = Part(text, ref rest, ref nanoseconds);
        }
        if (error is null && nanoseconds > long.MaxValue)
        {
            error = $"time: invalid duration \"{text}\"";
        }
        if (error is null)
        {
            long ticks = (long)(nanoseconds / 100);
            duration = TimeSpan.FromTicks(negative ? -ticks : ticks);
        }
        return error is null;
    }

    public static string Format(TimeSpan duration)
    {
        if (duration == TimeSpan.Zero)
        {
            return "0s";
        }
        TimeSpan size = duration.Duration();
        string sign = duration < TimeSpan.Zero ? "-" : "";
        if (size < TimeSpan.FromSeconds(1))
        {
            return size.Ticks % TimeSpan.TicksPerMillisecond == 0
                ? $"{sign}{size.Ticks / TimeSpan.TicksPerMillisecond}ms"
                : $"{sign}{size.Ticks / 10m:0.#}µs";
        }
        long hours = (long)size.TotalHours;
        decimal seconds = size.Seconds + ((size.Ticks % TimeSpan.TicksPerSecond) / (decimal)TimeSpan.TicksPerSecond);
        string text = sign + (hours > 0 ? $"{hours}h" : "") + (size.Minutes > 0 ? $"{size.Minutes}m" : "");
        return seconds > 0 ? $"{text}{seconds:0.#######}s" : text;
    }

    private static string? Part(string whole, ref ReadOnlySpan<char> rest, ref decimal nanoseconds)
    {
        int digits = rest.IndexOfAnyExcept(NumberCharacters);
        ReadOnlySpan<char> number = digits < 0 ? rest : rest[..digits];
        if (!number.ContainsAnyInRange('0', '9') || number.Count('.') > 1 || number.Length > 26)
        {
            return $"time: invalid duration \"{whole}\"";
        }
        rest = rest[number.Length..];
        int end = rest.IndexOfAny(NumberCharacters);
        string unit = (end < 0 ? rest : rest[..end]).ToString();
        decimal scale = unit switch
        {
            "ns" => 1,
            "us" or "µs" or "μs" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            _ => 0,
        };
        if (scale == 0)
        {
            return unit.Length == 0
                ? $"time: missing unit in duration \"{whole}\""
                : $"time: unknown unit \"{unit}\" in duration \"{whole}\"";
        }
        rest = rest[unit.Length..];
        decimal amount = decimal.Parse(number, System.Globalization.NumberStyles.AllowDecimalPoint, System.Globalization.CultureInfo.InvariantCulture);
        if (amount > long.MaxValue / scale)
        {
            return $"time: invalid duration \"{whole}\"";
        }
        nanoseconds += amount * scale;
        return null;
    }
}
