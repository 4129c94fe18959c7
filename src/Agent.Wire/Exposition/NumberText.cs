using System.Globalization;
using System.Text;
using Agent.Telemetry.Metrics;

namespace Agent.Wire.Exposition;

/// <summary>Numbers as the text formats write them: what Go's strconv.ParseFloat takes, without hexadecimal and underscores.</summary>
internal static class NumberText
{
    private const ulong LargestExact = 1UL << 53;
    private const int LargestExactPower = 22;
    private const int DigitsOfUInt64 = 19;

    private static readonly double[] PowersOfTen =
        [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22];

    /// <summary>Reads the whole text; any NaN comes out as <see cref="StaleMarker.Nan"/>. False for no number, and for one beyond all doubles.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out double value)
    {
        int at = 0;
        bool negative = false;
        if (!text.IsEmpty && text[0] is (byte)'-' or (byte)'+')
        {
            negative = text[0] == '-';
            at = 1;
        }
        ulong mantissa = 0;
        int digits = Digits(text, ref at, ref mantissa);
        int exponent = 0;
        if (at < text.Length && text[at] == '.')
        {
            at++;
            int fraction = Digits(text, ref at, ref mantissa);
            digits += fraction;
            exponent = -fraction;
        }
        if (digits == 0)
        {
            return TryName(text, out value);
        }
        if (at < text.Length && !TryExponent(text, ref at, ref exponent))
        {
            value = 0;
            return false;
        }
        // Both factors are exact, so the one operation rounds correctly.
        if (digits <= DigitsOfUInt64 && mantissa <= LargestExact && (uint)(exponent + LargestExactPower) <= 2 * LargestExactPower)
        {
            double magnitude = exponent < 0 ? mantissa / PowersOfTen[-exponent] : mantissa * PowersOfTen[exponent];
            value = negative ? -magnitude : magnitude;
            return true;
        }
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);
    }

    /// <summary>Why a text is no number, in Prometheus's words.</summary>
    public static string Cause(ReadOnlySpan<byte> text)
    {
        if (text.IndexOfAny("pP_"u8) >= 0)
        {
            return "unsupported character in float";
        }
        bool isNumber = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsInfinity(value)
            && text.IndexOfAnyInRange((byte)'0', (byte)'9') >= 0;
        return $"parsing {ExpositionError.Quoted(text)}: {(isNumber ? "value out of range" : "invalid syntax")}";
    }

    /// <summary>Seconds as milliseconds, cut towards zero; what does not fit becomes the smallest number, as on the platforms Prometheus runs on.</summary>
    public static long ToMilliseconds(double seconds)
    {
        double milliseconds = seconds * 1000;
        return milliseconds is >= -9223372036854775808.0 and < 9223372036854775808.0 ? (long)milliseconds : long.MinValue;
    }

    /// <summary>Writes a number as OpenMetrics writes the values of <c>le</c> and <c>quantile</c>: shortest digits, always with a dot or an exponent.</summary>
    /// <returns>Bytes written; 32 always suffice.</returns>
    public static int Format(double value, Span<byte> target)
    {
        ReadOnlySpan<byte> special = double.IsNaN(value) ? "NaN"u8 : double.IsPositiveInfinity(value) ? "+Inf"u8 : double.IsNegativeInfinity(value) ? "-Inf"u8 : value == 0 ? "0.0"u8 : default;
        if (!special.IsEmpty)
        {
            special.CopyTo(target);
            return special.Length;
        }
        Span<byte> shortest = stackalloc byte[32];
        value.TryFormat(shortest, out int length, default, CultureInfo.InvariantCulture);
        Span<byte> digits = stackalloc byte[32];
        int count = SignificantDigits(shortest[..length], digits);
        return Layout(value < 0, digits[..count], DecimalExponent(shortest[..length]), target);
    }

    private static int Digits(ReadOnlySpan<byte> text, ref int at, ref ulong mantissa)
    {
        int start = at;
        for (; at < text.Length; at++)
        {
            uint digit = (uint)text[at] - '0';
            if (digit > 9)
            {
                break;
            }
            // May wrap beyond 19 digits; such a text takes the long way.
            mantissa = (mantissa * 10) + digit;
        }
        return at - start;
    }

    private static bool TryExponent(ReadOnlySpan<byte> text, ref int at, ref int exponent)
    {
        if ((text[at] | 0x20) != 'e')
        {
            return false;
        }
        at++;
        bool negative = at < text.Length && text[at] == '-';
        if (at < text.Length && text[at] is (byte)'-' or (byte)'+')
        {
            at++;
        }
        int start = at;
        int given = 0;
        for (; at < text.Length && (uint)text[at] - '0' <= 9; at++)
        {
            given = Math.Min(100_000, (given * 10) + text[at] - '0');
        }
        exponent += negative ? -given : given;
        return at > start && at == text.Length;
    }

    private static bool TryName(ReadOnlySpan<byte> text, out double value)
    {
        if (Ascii.EqualsIgnoreCase(text, "nan"u8))
        {
            value = StaleMarker.Nan;
            return true;
        }
        bool signed = !text.IsEmpty && text[0] is (byte)'-' or (byte)'+';
        ReadOnlySpan<byte> name = signed ? text[1..] : text;
        value = signed && text[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
        return Ascii.EqualsIgnoreCase(name, "inf"u8) || Ascii.EqualsIgnoreCase(name, "infinity"u8);
    }

    /// <summary>The digits of a number's text, without sign, dot, exponent and outer zeros.</summary>
    private static int SignificantDigits(ReadOnlySpan<byte> text, Span<byte> digits)
    {
        int count = 0;
        foreach (byte next in text)
        {
            if (next == 'E')
            {
                break;
            }
            if (char.IsAsciiDigit((char)next) && (next != '0' || count > 0))
            {
                digits[count++] = next;
            }
        }
        while (count > 1 && digits[count - 1] == '0')
        {
            count--;
        }
        return count;
    }

    /// <summary>The power of ten of the first digit that is not zero.</summary>
    private static int DecimalExponent(ReadOnlySpan<byte> text)
    {
        int mark = text.IndexOf((byte)'E');
        if (mark >= 0)
        {
            return int.Parse(text[(mark + 1)..], CultureInfo.InvariantCulture);
        }
        int dot = text.IndexOf((byte)'.');
        int whole = dot < 0 ? text.Length : dot;
        int first = text.IndexOfAnyInRange((byte)'1', (byte)'9');
        return first < whole ? whole - first - 1 : whole - first;
    }

    private static int Layout(bool negative, ReadOnlySpan<byte> digits, int exponent, Span<byte> target)
    {
        int at = 0;
        if (negative)
        {
            target[at++] = (byte)'-';
        }
        // The bounds of Go's %g.
        return exponent is < -4 or >= 6 ? WriteScientific(digits, exponent, target, at) : WritePlain(digits, exponent, target, at);
    }

    private static int WriteScientific(ReadOnlySpan<byte> digits, int exponent, Span<byte> target, int at)
    {
        target[at++] = digits[0];
        if (digits.Length > 1)
        {
            target[at++] = (byte)'.';
            digits[1..].CopyTo(target[at..]);
            at += digits.Length - 1;
        }
        target[at++] = (byte)'e';
        target[at++] = exponent < 0 ? (byte)'-' : (byte)'+';
        Math.Abs(exponent).TryFormat(target[at..], out int written, "00", CultureInfo.InvariantCulture);
        return at + written;
    }

    private static int WritePlain(ReadOnlySpan<byte> digits, int exponent, Span<byte> target, int at)
    {
        if (exponent < 0)
        {
            target[at++] = (byte)'0';
            target[at++] = (byte)'.';
            target.Slice(at, -exponent - 1).Fill((byte)'0');
            at += -exponent - 1;
            digits.CopyTo(target[at..]);
            return at + digits.Length;
        }
        for (int i = 0; i <= exponent; i++)
        {
            target[at++] = i < digits.Length ? digits[i] : (byte)'0';
        }
        target[at++] = (byte)'.';
        if (digits.Length <= exponent + 1)
        {
            target[at++] = (byte)'0';
            return at;
        }
        digits[(exponent + 1)..].CopyTo(target[at..]);
        return at + digits.Length - exponent - 1;
    }
}
