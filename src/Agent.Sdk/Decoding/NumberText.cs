using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Agent.Syntax.Values;

namespace Agent.Sdk.Decoding;

/// <summary>Numbers as text and back, as Alloy converts them where the other one is wanted.</summary>
public static class NumberText
{
    /// <summary>Integers in full; floats in full too, never with an exponent: <c>100000000000000000000</c>, <c>0.0000001</c>.</summary>
    public static string Format(NumberValue number) => number.NumberKind switch
    {
        NumberKind.Int => number.AsInt64.ToString(CultureInfo.InvariantCulture),
        NumberKind.Uint => number.AsUInt64.ToString(CultureInfo.InvariantCulture),
        _ => Format(number.AsDouble),
    };

    public static string Format(double value)
    {
        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
        }
        string shortest = value.ToString("R", CultureInfo.InvariantCulture);
        int mark = shortest.IndexOf('E', StringComparison.Ordinal);
        return mark < 0 ? shortest : Expand(shortest.AsSpan(0, mark), int.Parse(shortest.AsSpan(mark + 1), CultureInfo.InvariantCulture));
    }

    /// <summary>A leading minus means a signed integer, any of <c>.eE</c> a float, everything else an unsigned integer.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out NumberValue? number)
    {
        number = null;
        if (text.StartsWith('-'))
        {
            if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long signed))
            {
                number = new NumberValue(signed);
            }
        }
        else if (text.AsSpan().ContainsAny('.', 'e', 'E'))
        {
            const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
            if (double.TryParse(text, Style, CultureInfo.InvariantCulture, out double real) && double.IsFinite(real))
            {
                number = new NumberValue(real);
            }
        }
        else if (ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong unsigned))
        {
            number = new NumberValue(unsigned);
        }
        return number is not null;
    }

    private static string Expand(ReadOnlySpan<char> mantissa, int exponent)
    {
        var text = new StringBuilder();
        if (mantissa[0] == '-')
        {
            text.Append('-');
            mantissa = mantissa[1..];
        }
        int dot = mantissa.IndexOf('.');
        int point = (dot < 0 ? mantissa.Length : dot) + exponent;
        string digits = mantissa.ToString().Replace(".", "", StringComparison.Ordinal);
        if (point <= 0)
        {
            return text.Append("0.").Append('0', -point).Append(digits).ToString();
        }
        if (point >= digits.Length)
        {
            return text.Append(digits).Append('0', point - digits.Length).ToString();
        }
        return text.Append(digits, 0, point).Append('.').Append(digits, point, digits.Length - point).ToString();
    }
}
