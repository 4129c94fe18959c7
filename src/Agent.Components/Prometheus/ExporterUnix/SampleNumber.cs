using System.Buffers;
using System.Buffers.Text;
using Agent.Wire;

namespace Agent.Components.Prometheus.ExporterUnix;

/// <summary>Writes sample values as the reference exposition does: Go's shortest 'g' form.</summary>
/// <remarks>1e+06 is written with an exponent, 123456 and 0.0001 without: the rule of strconv.FormatFloat(v, 'g', -1, 64).</remarks>
internal static class SampleNumber
{
    private const int LongestNumber = 40;
    private const int PlainIntegers = 1_000_000;

    // The precision that 'g' decides by when it writes the shortest form.
    private const int ExponentLimit = 6;

    public static void Write(GrowableBuffer output, double value)
    {
        if (value is > -PlainIntegers and < PlainIntegers && value == (int)value && !(value == 0 && double.IsNegative(value)))
        {
            Span<byte> space = output.Reserve(LongestNumber);
            Utf8Formatter.TryFormat((int)value, space, out int written);
            output.Advance(written);
            return;
        }
        if (!double.IsFinite(value))
        {
            output.Write(double.IsNaN(value) ? "NaN"u8 : value > 0 ? "+Inf"u8 : "-Inf"u8);
            return;
        }
        WriteFinite(output, value);
    }

    private static void WriteFinite(GrowableBuffer output, double value)
    {
        // The framework finds the shortest digits that tell the number apart; only their layout differs.
        Span<byte> text = stackalloc byte[LongestNumber];
        value.TryFormat(text, out int length, "R");
        Span<byte> digits = stackalloc byte[LongestNumber];
        (int count, int point) = Digits(text[..length], digits);
        if (double.IsNegative(value))
        {
            output.WriteByte((byte)'-');
        }
        int exponent = point - 1;
        if (count == 0)
        {
            output.WriteByte((byte)'0');
        }
        else if (exponent < -4 || exponent >= ExponentLimit)
        {
            WriteExponent(output, digits[..count], exponent);
        }
        else
        {
            WritePlain(output, digits[..count], point);
        }
    }

    /// <summary>The significant digits of a number as .NET writes it, and where the point stands among them.</summary>
    private static (int Count, int Point) Digits(ReadOnlySpan<byte> text, Span<byte> digits)
    {
        int count = 0;
        int point = 0;
        bool fraction = false;
        bool leading = true;
        for (int i = 0; i < text.Length; i++)
        {
            byte c = text[i];
            if (c == 'E')
            {
                point += Utf8Parser.TryParse(text[(i + 1)..], out int exponent, out _) ? exponent : 0;
                break;
            }
            if (c == '.')
            {
                fraction = true;
            }
            else if (c is >= (byte)'0' and <= (byte)'9')
            {
                leading &= c == '0';
                if (!leading)
                {
                    digits[count++] = c;
                }
                point += fraction ? (leading ? -1 : 0) : leading ? 0 : 1;
            }
        }
        while (count > 0 && digits[count - 1] == '0')
        {
            count--;
        }
        return (count, point);
    }

    private static void WriteExponent(GrowableBuffer output, ReadOnlySpan<byte> digits, int exponent)
    {
        output.WriteByte(digits[0]);
        if (digits.Length > 1)
        {
            output.WriteByte((byte)'.');
            output.Write(digits[1..]);
        }
        output.WriteByte((byte)'e');
        output.WriteByte((byte)(exponent < 0 ? '-' : '+'));
        Span<byte> space = output.Reserve(LongestNumber);
        Utf8Formatter.TryFormat(Math.Abs(exponent), space, out int written, new StandardFormat('D', 2));
        output.Advance(written);
    }

    private static void WritePlain(GrowableBuffer output, ReadOnlySpan<byte> digits, int point)
    {
        if (point <= 0)
        {
            output.Write("0."u8);
            Zeros(output, -point);
            output.Write(digits);
            return;
        }
        output.Write(digits[..Math.Min(point, digits.Length)]);
        Zeros(output, point - digits.Length);
        if (point < digits.Length)
        {
            output.WriteByte((byte)'.');
            output.Write(digits[point..]);
        }
    }

    private static void Zeros(GrowableBuffer output, int count)
    {
        for (int i = 0; i < count; i++)
        {
            output.WriteByte((byte)'0');
        }
    }
}
