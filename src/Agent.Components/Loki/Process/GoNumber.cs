using System.Globalization;

namespace Agent.Components.Loki.Process;

/// <summary>Numbers as Go's strconv writes them.</summary>
internal static class GoNumber
{
    /// <summary>FormatFloat(value, 'f', -1, 64): the fewest digits that read back the same, never an exponent. Returns the length.</summary>
    public static int FormatPlain(double value, Span<byte> target)
    {
        if (!double.IsFinite(value))
        {
            ReadOnlySpan<byte> word = double.IsNaN(value) ? "NaN"u8 : value > 0 ? "+Inf"u8 : "-Inf"u8;
            word.CopyTo(target);
            return word.Length;
        }
        Span<byte> shortest = stackalloc byte[32];
        value.TryFormat(shortest, out int length, "R", CultureInfo.InvariantCulture);
        shortest = shortest[..length];
        int mark = shortest.IndexOf((byte)'E');
        if (mark < 0)
        {
            shortest.CopyTo(target);
            return length;
        }
        int exponent = int.Parse(shortest[(mark + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        return Spread(shortest[..mark], exponent, target);
    }

    // Writes "-d.ddd" times ten to the power of exponent without an exponent.
    private static int Spread(ReadOnlySpan<byte> mantissa, int exponent, Span<byte> target)
    {
        int at = 0;
        if (mantissa[0] == '-')
        {
            target[at++] = (byte)'-';
            mantissa = mantissa[1..];
        }
        Span<byte> digits = stackalloc byte[24];
        digits[0] = mantissa[0];
        int count = 1;
        if (mantissa.Length > 2)
        {
            mantissa[2..].CopyTo(digits[1..]);
            count += mantissa.Length - 2;
        }
        if (exponent < 0)
        {
            "0."u8.CopyTo(target[at..]);
            at += 2;
            target.Slice(at, -exponent - 1).Fill((byte)'0');
            at += -exponent - 1;
            digits[..count].CopyTo(target[at..]);
            return at + count;
        }
        int whole = Math.Min(count, exponent + 1);
        digits[..whole].CopyTo(target[at..]);
        at += whole;
        if (exponent + 1 > count)
        {
            target.Slice(at, exponent + 1 - count).Fill((byte)'0');
            return at + exponent + 1 - count;
        }
        if (count > whole)
        {
            target[at++] = (byte)'.';
            digits[whole..count].CopyTo(target[at..]);
            at += count - whole;
        }
        return at;
    }
}
