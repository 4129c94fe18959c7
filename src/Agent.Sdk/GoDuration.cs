using System.Diagnostics.CodeAnalysis;

namespace Agent.Sdk;

/// <summary>Durations as users write them: Go's (<c>1h30m</c>, <c>1.5s</c>) and Prometheus' (<c>1d</c>, <c>2w</c>).</summary>
/// <remarks>Go counts nanoseconds; a <see cref="TimeSpan"/> counts 100 ns and cuts off the rest.</remarks>
public static class GoDuration
{
    private const ulong Limit = 1UL << 63;
    private const long NanosecondsPerMillisecond = 1_000_000;

    // Prometheus takes each unit once, largest first.
    private static readonly (string Name, long Milliseconds)[] PrometheusUnits =
    [
        ("y", 31_536_000_000), ("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
    ];

    /// <summary>Parses a Go duration. The error is worded as Go words it.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out TimeSpan value, [NotNullWhen(false)] out string? error)
    {
        bool parsed = TryParseNanoseconds(text, out long nanoseconds, out error);
        value = new TimeSpan(nanoseconds / TimeSpan.NanosecondsPerTick);
        return parsed;
    }

    /// <summary>Parses a Go duration to its full precision.</summary>
    public static bool TryParseNanoseconds(ReadOnlySpan<char> text, out long nanoseconds, [NotNullWhen(false)] out string? error)
    {
        nanoseconds = 0;
        error = null;
        ReadOnlySpan<char> rest = text;
        bool negative = rest is ['-', ..];
        if (rest is ['-' or '+', ..])
        {
            rest = rest[1..];
        }
        if (rest is "0")
        {
            return true;
        }
        ulong sum = 0;
        bool valid = rest.Length > 0;
        while (valid && rest.Length > 0)
        {
            valid = TryTakeTerm(text, ref rest, out ulong term, out error) && (sum += term) <= Limit;
            if (error is not null)
            {
                return false;
            }
        }
        if (!valid || (!negative && sum == Limit))
        {
            error = "time: invalid duration " + GoQuote.Text(text);
            return false;
        }
        nanoseconds = negative ? unchecked(-(long)sum) : (long)sum;
        return true;
    }

    /// <summary>Parses a duration of Prometheus' configuration: whole numbers with y, w, d, h, m, s, ms, largest first.</summary>
    public static bool TryParsePrometheus(ReadOnlySpan<char> text, out TimeSpan value, [NotNullWhen(false)] out string? error)
    {
        value = default;
        error = null;
        if (text is "0")
        {
            return true;
        }
        if (text.IsEmpty)
        {
            error = "empty duration string";
            return false;
        }
        ReadOnlySpan<char> rest = text;
        Int128 sum = 0;
        int nextUnit = 0;
        while (rest.Length > 0)
        {
            ReadOnlySpan<char> number = TakeDigits(ref rest);
            int length = rest.IndexOfAnyInRange('0', '9');
            ReadOnlySpan<char> name = length < 0 ? rest : rest[..length];
            rest = rest[name.Length..];
            int unit = nextUnit;
            while (unit < PrometheusUnits.Length && !name.SequenceEqual(PrometheusUnits[unit].Name))
            {
                unit++;
            }
            if (number.IsEmpty || unit == PrometheusUnits.Length)
            {
                error = "not a valid duration string: " + GoQuote.Text(text);
                return false;
            }
            if (!long.TryParse(number, out long count)
                || (sum += (Int128)count * PrometheusUnits[unit].Milliseconds) > long.MaxValue / NanosecondsPerMillisecond)
            {
                error = "duration out of range";
                return false;
            }
            nextUnit = unit + 1;
        }
        value = new TimeSpan((long)sum * TimeSpan.TicksPerMillisecond);
        return true;
    }

    /// <summary>Writes a duration as Go prints it: <c>1h30m0s</c>, <c>1.5s</c>, <c>250ms</c>.</summary>
    public static string Format(TimeSpan value) => GoDurationFormat.Write((Int128)value.Ticks * TimeSpan.NanosecondsPerTick);

    /// <summary>Writes a duration as Go prints it.</summary>
    public static string FormatNanoseconds(long nanoseconds) => GoDurationFormat.Write(nanoseconds);

    private static bool TryTakeTerm(ReadOnlySpan<char> text, ref ReadOnlySpan<char> rest, out ulong term, out string? error)
    {
        term = 0;
        error = null;
        scoped ReadOnlySpan<char> whole = TakeDigits(ref rest);
        scoped ReadOnlySpan<char> fraction = default;
        if (rest is ['.', ..])
        {
            rest = rest[1..];
            fraction = TakeDigits(ref rest);
        }
        if ((whole.IsEmpty && fraction.IsEmpty) || !TryReadWhole(whole, out term))
        {
            return false;
        }
        int length = 0;
        while (length < rest.Length && rest[length] != '.' && !char.IsAsciiDigit(rest[length]))
        {
            length++;
        }
        if (length == 0)
        {
            error = "time: missing unit in duration " + GoQuote.Text(text);
            return false;
        }
        ReadOnlySpan<char> name = rest[..length];
        rest = rest[length..];
        ulong unit = Unit(name);
        if (unit == 0)
        {
            error = $"time: unknown unit {GoQuote.Text(name)} in duration {GoQuote.Text(text)}";
            return false;
        }
        if (term > Limit / unit)
        {
            return false;
        }
        term = (term * unit) + Fraction(fraction, unit);
        return term <= Limit;
    }

    private static bool TryReadWhole(ReadOnlySpan<char> digits, out ulong value)
    {
        value = 0;
        foreach (char digit in digits)
        {
            if (value > Limit / 10 || (value = (value * 10) + (ulong)(digit - '0')) > Limit)
            {
                return false;
            }
        }
        return true;
    }

    // Digits beyond what 63 bits hold cannot change the result and are dropped.
    private static ulong Fraction(ReadOnlySpan<char> digits, ulong unit)
    {
        ulong value = 0;
        double scale = 1;
        foreach (char digit in digits)
        {
            if (value > (Limit - 1) / 10)
            {
                break;
            }
            value = (value * 10) + (ulong)(digit - '0');
            scale *= 10;
        }
        return (ulong)(value * (unit / scale));
    }

    private static ReadOnlySpan<char> TakeDigits(ref ReadOnlySpan<char> rest)
    {
        int length = rest.IndexOfAnyExceptInRange('0', '9');
        ReadOnlySpan<char> digits = length < 0 ? rest : rest[..length];
        rest = rest[digits.Length..];
        return digits;
    }

    private static ulong Unit(ReadOnlySpan<char> name) => name switch
    {
        "ns" => 1,
        "us" or "\u00b5s" or "\u03bcs" => 1000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => 0,
    };
}
