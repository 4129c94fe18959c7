using System.Globalization;
using System.Text;
using Agent.Syntax.Values;

namespace Agent.Runtime.StandardLibrary.Formatting;

/// <summary>The verbs for integers: <c>%v %d %b %o %O %x %X %c %q %U</c>.</summary>
internal static class IntegerFormat
{
    private const int HighestRune = 0x10FFFF;
    private const int BitsPerHexDigit = 4;
    private const int BitsPerOctalDigit = 3;
    private const int FewestUnicodeDigits = 4;

    /// <summary>False where the verb is not for integers.</summary>
    public static bool TryAppend(PaddedText output, FormatSpec spec, NumberValue number, Rune verb)
    {
        bool negative = number.NumberKind == NumberKind.Int && number.AsInt64 < 0;
        ulong magnitude = negative ? unchecked(0 - number.AsUInt64) : number.AsUInt64;
        switch (verb.Value)
        {
            case 'v' or 'd':
                Append(output, spec, negative, magnitude.ToString(CultureInfo.InvariantCulture), "");
                return true;
            case 'b':
                Append(output, spec, negative, Digits(magnitude, 1), spec.Sharp ? "0b" : "");
                return true;
            case 'o' or 'O':
                string octal = Digits(magnitude, BitsPerOctalDigit);
                Append(output, spec, negative, octal, verb.Value == 'O' ? "0o" : spec.Sharp && octal[0] != '0' ? "0" : "");
                return true;
            case 'x':
                Append(output, spec, negative, Digits(magnitude, BitsPerHexDigit), spec.Sharp ? "0x" : "");
                return true;
            case 'X':
                Append(output, spec, negative, Digits(magnitude, BitsPerHexDigit).ToUpperInvariant(), spec.Sharp ? "0X" : "");
                return true;
            case 'c':
                output.Pad(Character(number.AsUInt64).ToString());
                return true;
            case 'q':
                string quoted = output.Quote(Character(number.AsUInt64).ToString())[1..^1];
                output.Pad(quoted switch { "\\\"" => "'\"'", "'" => "'\\''", _ => $"'{quoted}'" });
                return true;
            case 'U':
                AppendUnicode(output, spec, number.AsUInt64);
                return true;
            default:
                return false;
        }
    }

    private static void Append(PaddedText output, FormatSpec spec, bool negative, string digits, string prefix)
    {
        string sign = negative ? "-" : spec.Plus ? "+" : spec.Space ? " " : "";
        int fewest = 0;
        if (spec.Precision is { } precision)
        {
            fewest = precision;
            digits = precision == 0 && digits == "0" ? "" : digits;
            if (digits.Length == 0)
            {
                output.Pad("", zero: false);
                return;
            }
        }
        else if (spec is { Zero: true, Minus: false, Width: { } width })
        {
            fewest = width - sign.Length;
        }
        output.Pad(sign + prefix + digits.PadLeft(fewest, '0'), zero: false);
    }

    private static void AppendUnicode(PaddedText output, FormatSpec spec, ulong value)
    {
        string digits = value.ToString("X", CultureInfo.InvariantCulture).PadLeft(Math.Max(FewestUnicodeDigits, spec.Precision ?? 0), '0');
        string shown = spec.Sharp && value <= HighestRune ? $" '{Character(value)}'" : "";
        output.Pad($"U+{digits}{shown}", zero: false);
    }

    private static Rune Character(ulong value) =>
        value <= HighestRune && Rune.TryCreate((int)value, out Rune rune) ? rune : Rune.ReplacementChar;

    private static string Digits(ulong value, int bits)
    {
        var digits = new StringBuilder();
        do
        {
            digits.Insert(0, "0123456789abcdef"[(int)(value & ((1UL << bits) - 1))]);
            value >>= bits;
        }
        while (value != 0);
        return digits.ToString();
    }
}
