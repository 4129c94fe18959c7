using System.Globalization;
using System.Numerics;

namespace Agent.Sdk;

/// <summary>Writes floating-point numbers as Go's strconv.FormatFloat does, for the formats e, E, f, g and G.</summary>
public static class GoFloat
{
    private const int ShortestExponentLimit = 6;

    // Alloy never rounds further than this; it keeps a hostile precision from filling memory.
    private const int LongestPrecision = 1_000_000;

    /// <param name="value">The number.</param>
    /// <param name="format">One of e, E, f, g, G.</param>
    /// <param name="precision">Digits after the point (e, f) or significant digits (g); -1 for as many as tell the number apart.</param>
    public static string Format(double value, char format, int precision = -1)
    {
        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
        }
        string sign = double.IsNegative(value) ? "-" : "";
        double magnitude = Math.Abs(value);
        (string digits, int point) = precision < 0 ? Shortest(magnitude) : Exact(magnitude);
        precision = Math.Min(precision, LongestPrecision);
        return sign + format switch
        {
            'e' or 'E' => WithExponent(digits, point, precision, format),
            'f' => Plain(digits, point, precision),
            _ => General(digits, point, precision, format),
        };
    }

    private static string General(string digits, int point, int precision, char format)
    {
        bool shortest = precision < 0;
        if (!shortest)
        {
            precision = Math.Max(precision, 1);
            (digits, point) = Round(digits, point, precision);
        }
        digits = digits.TrimEnd('0');
        int limit = shortest ? ShortestExponentLimit : precision;
        if (!shortest && limit > digits.Length && digits.Length >= point)
        {
            limit = digits.Length;
        }
        int exponent = point - 1;
        return exponent < -4 || exponent >= limit
            ? WithExponent(digits, point, Math.Max(digits.Length, 1) - 1, format == 'G' ? 'E' : 'e')
            : Plain(digits, point, Math.Max(digits.Length - point, 0));
    }

    private static string WithExponent(string digits, int point, int precision, char e)
    {
        if (precision < 0)
        {
            precision = Math.Max(digits.Length, 1) - 1;
        }
        (digits, point) = Round(digits, point, precision + 1);
        int exponent = digits.Length == 0 ? 0 : point - 1;
        string all = digits.PadRight(precision + 1, '0');
        string mantissa = precision == 0 ? all[..1] : $"{all[0]}.{all.AsSpan(1, precision)}";
        return $"{mantissa}{e}{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
    }

    private static string Plain(string digits, int point, int precision)
    {
        if (precision < 0)
        {
            precision = Math.Max(digits.Length - point, 0);
        }
        (digits, point) = Round(digits, point, point + precision);
        string whole = point <= 0 ? "0" : digits.PadRight(point, '0')[..point];
        if (precision == 0)
        {
            return whole;
        }
        string fraction = point >= 0 ? (digits.Length > point ? digits[point..] : "") : new string('0', Math.Min(-point, precision)) + digits;
        return $"{whole}.{fraction.PadRight(precision, '0').AsSpan(0, precision)}";
    }

    /// <summary>Keeps <paramref name="count"/> digits, rounding half to even.</summary>
    private static (string Digits, int Point) Round(string digits, int point, int count)
    {
        if (count >= digits.Length)
        {
            return (digits, point);
        }
        if (count < 0)
        {
            return ("", point);
        }
        bool odd = count > 0 && (digits[count - 1] - '0') % 2 == 1;
        bool tie = digits[count] == '5' && digits.AsSpan(count + 1).IndexOfAnyExcept('0') < 0;
        if (digits[count] < '5' || (tie && !odd))
        {
            return (digits[..count], point);
        }
        char[] kept = digits[..count].ToCharArray();
        for (int i = count - 1; i >= 0; i--)
        {
            if (kept[i] != '9')
            {
                kept[i]++;
                return (new string(kept, 0, i + 1), point);
            }
        }
        return ("1", point + 1);
    }

    private static (string Digits, int Point) Shortest(double magnitude)
    {
        if (magnitude == 0)
        {
            return ("", 0);
        }
        // Either 123.45, 0.00012 or 1.2345E-07: the shortest digits, wherever the point stands.
        ReadOnlySpan<char> text = magnitude.ToString("R", CultureInfo.InvariantCulture);
        int e = text.IndexOf('E');
        int exponent = e < 0 ? 0 : int.Parse(text[(e + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        ReadOnlySpan<char> mantissa = e < 0 ? text : text[..e];
        int point = mantissa.IndexOf('.');
        string digits = mantissa.ToString().Replace(".", "", StringComparison.Ordinal);
        string significant = digits.TrimStart('0');
        int leadingZeros = digits.Length - significant.Length;
        return (significant.TrimEnd('0'), (point < 0 ? mantissa.Length : point) + exponent - leadingZeros);
    }

    private static (string Digits, int Point) Exact(double magnitude)
    {
        if (magnitude == 0)
        {
            return ("", 0);
        }
        long bits = BitConverter.DoubleToInt64Bits(magnitude);
        int biased = (int)(bits >> 52);
        long fraction = bits & 0xF_FFFF_FFFF_FFFF;
        BigInteger mantissa = biased == 0 ? fraction : fraction | (1L << 52);
        int power = Math.Max(biased, 1) - 1075;
        // m * 2^-k equals m * 5^k / 10^k.
        string digits = (power >= 0 ? mantissa << power : mantissa * BigInteger.Pow(5, -power)).ToString(CultureInfo.InvariantCulture);
        return (digits, digits.Length + Math.Min(power, 0));
    }
}
