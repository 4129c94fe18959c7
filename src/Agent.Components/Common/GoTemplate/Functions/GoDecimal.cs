using System.Globalization;
using System.Numerics;
using Agent.Sdk;

namespace Agent.Components.Common.GoTemplate.Functions;

/// <summary>A decimal number of any length, as sprig reckons with: 0.1 and 0.2 make 0.3.</summary>
internal readonly record struct GoDecimal(BigInteger Coefficient, int Exponent)
{
    // Decimal places of a quotient, as in shopspring/decimal.
    private const int QuotientPlaces = 16;

    /// <summary>Bytes it takes.</summary>
    public int Size => Coefficient.GetByteCount();

    public static GoDecimal Of(double value)
    {
        string text = GoFloat.Format(value, 'e');
        int mark = text.IndexOf('e', StringComparison.Ordinal);
        int point = text.IndexOf('.', StringComparison.Ordinal);
        int places = point < 0 ? 0 : mark - point - 1;
        BigInteger digits = BigInteger.Parse(text.AsSpan(0, mark).ToString().Replace(".", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
        return new GoDecimal(digits, int.Parse(text.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) - places);
    }

    public static GoDecimal? Add(GoDecimal left, GoDecimal right)
    {
        int exponent = Math.Min(left.Exponent, right.Exponent);
        return new GoDecimal(left.At(exponent) + right.At(exponent), exponent);
    }

    public static GoDecimal? Subtract(GoDecimal left, GoDecimal right) => Add(left, right with { Coefficient = -right.Coefficient });

    public static GoDecimal? Multiply(GoDecimal left, GoDecimal right) => new GoDecimal(left.Coefficient * right.Coefficient, left.Exponent + right.Exponent);

    /// <summary>Null where the divisor is 0. The last place is rounded half away from zero.</summary>
    public static GoDecimal? Divide(GoDecimal left, GoDecimal right)
    {
        if (right.Coefficient.IsZero)
        {
            return null;
        }
        int shift = left.Exponent - right.Exponent + QuotientPlaces;
        BigInteger dividend = left.Coefficient * BigInteger.Pow(10, Math.Max(shift, 0));
        BigInteger divisor = right.Coefficient * BigInteger.Pow(10, Math.Max(-shift, 0));
        BigInteger quotient = BigInteger.DivRem(dividend, divisor, out BigInteger rest);
        if (BigInteger.Abs(rest) * 2 >= BigInteger.Abs(divisor))
        {
            quotient += dividend.Sign * divisor.Sign;
        }
        return new GoDecimal(quotient, -QuotientPlaces);
    }

    public double ToDouble() => double.Parse($"{Coefficient}E{Exponent}", NumberStyles.Float, CultureInfo.InvariantCulture);

    private BigInteger At(int exponent) => Coefficient * BigInteger.Pow(10, Exponent - exponent);
}
