using System.Globalization;

namespace Agent.Components.Loki.Process.Stages;

/// <summary>Timestamps that are a number of seconds or fractions of one since the Unix epoch. Out of range, they wrap around as in Go.</summary>
internal static class UnixTime
{
    private const long NanosPerSecond = 1_000_000_000;

    /// <summary>Seconds, with a fraction of any length: nine digits count.</summary>
    public static bool TryParseSeconds(ReadOnlySpan<byte> text, out long nanos)
    {
        nanos = 0;
        int dot = text.IndexOf((byte)'.');
        if (dot < 0)
        {
            return TryParse(text, NanosPerSecond, out nanos);
        }
        ReadOnlySpan<byte> digits = text[(dot + 1)..];
        if (!TryParse(text[..dot], NanosPerSecond, out long whole) || !TryParse(digits, 1, out long fraction))
        {
            return false;
        }
        nanos = unchecked(whole + (long)(fraction * Math.Pow(10, 9 - digits.Length)));
        return true;
    }

    /// <summary>A whole number of units.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, long unit, out long nanos)
    {
        bool valid = long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number);
        nanos = unchecked(number * unit);
        return valid;
    }
}
