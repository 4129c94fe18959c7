using System.Globalization;
using System.Numerics;
using Agent.Components.Common.GoTemplate.Values;

namespace Agent.Components.Common.GoTemplate.Formatting;

/// <summary>Writes whole numbers under the verbs that Go has for them.</summary>
internal readonly struct IntegerWriter(Func<string, bool> pad, FormatFlags flags)
{
    public bool Write(GoValue value, char verb)
    {
        bool negative = !value.Type!.IsUnsigned && value.AsInt < 0;
        ulong magnitude = negative ? unchecked((ulong)-value.AsInt) : unchecked((ulong)value.AsInt);
        return verb switch
        {
            'v' or 'd' => Digits(magnitude, negative, magnitude.ToString(CultureInfo.InvariantCulture), ""),
            'b' => Digits(magnitude, negative, BigInteger.Parse(magnitude.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture).ToString("b").TrimStart('0'), flags.Sharp ? "0b" : ""),
            'o' or 'O' => Digits(magnitude, negative, Octal(magnitude), verb == 'O' ? "0o" : flags.Sharp ? "0" : ""),
            'x' => Digits(magnitude, negative, magnitude.ToString("x", CultureInfo.InvariantCulture), flags.Sharp ? "0x" : ""),
            'X' => Digits(magnitude, negative, magnitude.ToString("X", CultureInfo.InvariantCulture), flags.Sharp ? "0X" : ""),
            'c' => pad(GoText.FromRune(value.AsInt)),
            'q' => pad(GoQuoting.QuoteRune(value.AsInt, flags.Plus)),
            'U' => pad(Unicode(magnitude)),
            _ => false,
        };
    }

    private static string Octal(ulong magnitude)
    {
        string digits = "";
        for (; magnitude > 0; magnitude >>= 3)
        {
            digits = (char)('0' + (magnitude & 7)) + digits;
        }
        return digits;
    }

    private bool Digits(ulong magnitude, bool negative, string digits, string prefix)
    {
        string sign = negative ? "-" : flags.Plus ? "+" : flags.Space ? " " : "";
        if (flags.Precision == 0 && magnitude == 0)
        {
            return pad("");
        }
        int least = Math.Max(flags.Precision, 1);
        if (flags.Precision < 0 && flags.Zero && !flags.Minus && flags.Width > 0)
        {
            least = Math.Max(flags.Width - sign.Length, 1);
        }
        digits = digits.PadLeft(least, '0');
        // A leading zero is prefix enough for an octal number.
        return pad(sign + (prefix == "0" && digits[0] == '0' ? "" : prefix) + digits);
    }

    private string Unicode(ulong magnitude)
    {
        string digits = magnitude.ToString("X", CultureInfo.InvariantCulture).PadLeft(Math.Max(flags.Precision, 4), '0');
        return "U+" + digits + (flags.Sharp && magnitude <= 0x10FFFF ? $" '{GoText.FromRune((long)magnitude)}'" : "");
    }
}
