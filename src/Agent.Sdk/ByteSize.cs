using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Agent.Sdk;

/// <summary>A number of bytes, written as <c>8B</c>, <c>1KiB</c>, <c>1.5MB</c>; KB and KiB are both 1024.</summary>
/// <remarks>Mirrors alecthomas/units Base2Bytes: a bare number other than 0 has no unit and is refused.</remarks>
public readonly record struct ByteSize(long Bytes)
{
    private const string Prefixes = " KMGTPE";
    private const int Scale = 1024;

    // At this size ParseUnit's integer part would overflow.
    private const long WholeLimit = (long.MaxValue - 9) / 10;

    public static ByteSize Zero => default;

    public static bool TryParse(ReadOnlySpan<char> text, out ByteSize value, [NotNullWhen(false)] out string? error)
    {
        // One spelling per text: 1KiB1MiB and 1KB1MB are fine, 1KiB1MB is not.
        return TryParse(text, "iB", out value, out error) || TryParse(text, "B", out value, out error);
    }

    /// <summary>Such as <c>1MiB512KiB</c>: each unit that is not zero, largest first.</summary>
    public override string ToString()
    {
        if (Bytes == 0)
        {
            return "0B";
        }
        var text = new StringBuilder();
        long left = Bytes;
        for (int i = 0; i < Prefixes.Length && left != 0; i++, left /= Scale)
        {
            if (left % Scale != 0)
            {
                text.Insert(0, i == 0 ? $"{left % Scale}B" : $"{left % Scale}{Prefixes[i]}iB");
            }
        }
        return text.ToString();
    }

    private static bool TryParse(ReadOnlySpan<char> text, string suffix, out ByteSize value, [NotNullWhen(false)] out string? error)
    {
        value = default;
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
        double sum = 0;
        bool valid = rest.Length > 0;
        while (rest.Length > 0 && valid)
        {
            valid = TryTakeNumber(ref rest, out double number);
            if (valid)
            {
                ReadOnlySpan<char> unit = TakeUnit(ref rest);
                double factor = Factor(unit, suffix);
                if (factor == 0)
                {
                    error = $"units: unknown unit {unit} in {text}";
                    return false;
                }
                sum += number * factor;
            }
        }
        if (!valid)
        {
            error = $"units: invalid {text}";
            return false;
        }
        sum = negative ? -sum : sum;
        if (sum is < long.MinValue or > long.MaxValue)
        {
            error = "units: overflow parsing unit";
            return false;
        }
        // Exactly 2^63 passes the check above and wraps, as it does upstream.
        value = new ByteSize(sum >= long.MaxValue ? long.MinValue : (long)sum);
        return true;
    }

    private static bool TryTakeNumber(ref ReadOnlySpan<char> rest, out double number)
    {
        int before = rest.Length;
        bool valid = TryTakeWhole(ref rest, out long whole);
        number = whole;
        int digits = before - rest.Length;
        if (valid && rest is ['.', ..])
        {
            rest = rest[1..];
            before = rest.Length;
            valid = TryTakeWhole(ref rest, out long fraction);
            digits += before - rest.Length;
            number += fraction / Math.Pow(10, before - rest.Length);
        }
        return valid && digits > 0;
    }

    private static bool TryTakeWhole(ref ReadOnlySpan<char> rest, out long value)
    {
        value = 0;
        while (rest.Length > 0 && char.IsAsciiDigit(rest[0]))
        {
            if (value >= WholeLimit)
            {
                return false;
            }
            value = (value * 10) + (rest[0] - '0');
            rest = rest[1..];
        }
        return true;
    }

    private static ReadOnlySpan<char> TakeUnit(ref ReadOnlySpan<char> rest)
    {
        int length = 0;
        while (length < rest.Length && rest[length] != '.' && !char.IsAsciiDigit(rest[length]))
        {
            length++;
        }
        ReadOnlySpan<char> unit = rest[..length];
        rest = rest[length..];
        return unit;
    }

    private static double Factor(ReadOnlySpan<char> unit, string suffix)
    {
        if (unit is "B")
        {
            return 1;
        }
        int power = unit.Length > 0 && unit[1..].SequenceEqual(suffix) ? Prefixes.IndexOf(unit[0], 1) : -1;
        return power < 0 ? 0 : Math.Pow(Scale, power);
    }
}
