using System.Globalization;

namespace Agent.Components.Common.GoTemplate.Values;

/// <summary>Numbers as Go's strconv reads them.</summary>
internal static class GoNumberText
{
    /// <summary>ParseInt; base 0 takes 0x, 0o, 0b and 0 for prefixes, and underscores between digits.</summary>
    public static bool TryInt(string text, int radix, out long value)
    {
        value = 0;
        bool negative = text is ['-', ..];
        string digits = text is ['-' or '+', ..] ? text[1..] : text;
        if (!TryDigits(digits, radix, out ulong magnitude))
        {
            return false;
        }
        ulong most = negative ? 1UL << 63 : long.MaxValue;
        value = unchecked(negative ? -(long)magnitude : (long)magnitude);
        return magnitude <= most;
    }

    public static bool TryUint(string text, out ulong value) => TryDigits(text, 0, out value);

    /// <summary>ParseFloat: decimal or hexadecimal, infinities and NaN by name.</summary>
    public static bool TryFloat(string text, out double value)
    {
        value = 0;
        string unsigned = text is ['-' or '+', ..] ? text[1..] : text;
        if (unsigned.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            return TryHexFloat(unsigned[2..], out value) && ((value = text[0] == '-' ? -value : value) == value);
        }
        string? name = unsigned.ToUpperInvariant() switch { "INF" or "INFINITY" => "Infinity", "NAN" => "NaN", _ => null };
        if (name is not null)
        {
            value = double.Parse(name, CultureInfo.InvariantCulture) * (text[0] == '-' ? -1 : 1);
            return true;
        }
        string plain = RemoveUnderscores(text, out bool valid);
        return valid && plain.Length > 0 && plain[^1] is '.' or (>= '0' and <= '9')
            && double.TryParse(
                plain,
                NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent,
                CultureInfo.InvariantCulture,
                out value)
            && double.IsFinite(value);
    }

    private static bool TryDigits(string text, int radix, out ulong value)
    {
        value = 0;
        if (radix == 0)
        {
            radix = Prefix(ref text);
            text = RemoveUnderscores(text, out bool valid);
            if (!valid)
            {
                return false;
            }
        }
        foreach (char each in text)
        {
            int digit = char.IsAsciiHexDigit(each) ? Convert.ToInt32(each.ToString(), 16) : int.MaxValue;
            UInt128 next = ((UInt128)value * (uint)radix) + (uint)digit;
            if (digit >= radix || next > ulong.MaxValue)
            {
                return false;
            }
            value = (ulong)next;
        }
        return text.Length > 0;
    }

    private static int Prefix(ref string text)
    {
        int radix = text.Length < 2 || text[0] != '0' ? 10 : char.ToLowerInvariant(text[1]) switch { 'x' => 16, 'o' => 8, 'b' => 2, _ => 0 };
        if (radix is 16 or 8 or 2)
        {
            // An underscore may follow the prefix.
            text = text.Length > 3 && text[2] == '_' ? text[3..] : text[2..];
            return radix;
        }
        return radix == 0 ? 8 : radix;
    }

    private static string RemoveUnderscores(string text, out bool valid)
    {
        valid = true;
        for (int i = 0; i < text.Length; i++)
        {
            bool between = i > 0 && i < text.Length - 1 && char.IsAsciiHexDigit(text[i - 1]) && char.IsAsciiHexDigit(text[i + 1]);
            valid &= text[i] != '_' || between;
        }
        return text.Replace("_", "", StringComparison.Ordinal);
    }

    private static bool TryHexFloat(string text, out double value)
    {
        value = 0;
        text = RemoveUnderscores(text, out bool valid);
        int mark = text.AsSpan().IndexOfAny('p', 'P');
        if (!valid || mark <= 0 || !int.TryParse(text.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, null, out int exponent))
        {
            return false;
        }
        int point = text.IndexOf('.', StringComparison.Ordinal);
        string digits = text[..mark].Replace(".", "", StringComparison.Ordinal);
        if (!ulong.TryParse(digits, NumberStyles.AllowHexSpecifier, null, out ulong mantissa))
        {
            return false;
        }
        value = Math.ScaleB(mantissa, exponent - (point < 0 ? 0 : 4 * (mark - point - 1)));
        return double.IsFinite(value);
    }
}
