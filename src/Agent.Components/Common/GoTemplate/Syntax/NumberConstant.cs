using System.Numerics;
using Agent.Components.Common.GoTemplate.Values;

namespace Agent.Components.Common.GoTemplate.Syntax;

/// <summary>A number in a template. Like Go's constants it has no type until it is used, and may fit several.</summary>
internal sealed record NumberConstant
{
    public bool IsInt { get; private init; }

    public long Int { get; private init; }

    public bool IsUint { get; private init; }

    public ulong Uint { get; private init; }

    public bool IsFloat { get; private init; }

    public double Float { get; private init; }

    public bool IsComplex { get; private init; }

    public Complex Complex { get; private init; }

    /// <summary>Reads a number or a character constant; null where it is none.</summary>
    public static NumberConstant? Parse(string text)
    {
        if (text[0] == '\'')
        {
            return GoUnquote.TryCharacter(text, out int character) ? OfWhole(character) : null;
        }
        if (text[^1] == 'i')
        {
            return ParseComplex(text[..^1]);
        }
        NumberConstant number = new();
        if (GoNumberText.TryUint(text, out ulong unsigned))
        {
            number = number with { IsUint = true, Uint = unsigned };
        }
        if (GoNumberText.TryInt(text, 0, out long signed))
        {
            number = number with { IsInt = true, Int = signed };
            number = signed == 0 ? number with { IsUint = true } : number;
        }
        if (number.IsInt || number.IsUint)
        {
            return number with { IsFloat = true, Float = number.IsInt ? number.Int : number.Uint };
        }
        return GoNumberText.TryFloat(text, out double value) && (text.AsSpan().IndexOfAny(".eEpP") >= 0) ? OfFloat(value) : null;
    }

    /// <summary>The value where nothing says which type is wanted; null with a message where an int cannot hold it.</summary>
    public GoValue? Ideal(string text)
    {
        bool isHex = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) && text.AsSpan().IndexOfAny('p', 'P') < 0;
        if (IsComplex)
        {
            return GoValue.Of(Complex);
        }
        if (IsFloat && !isHex && text[0] != '\'' && text.AsSpan().IndexOfAny(".eEpP") >= 0)
        {
            return GoValue.Of(Float);
        }
        return IsInt ? GoValue.OfInt(Int) : null;
    }

    private static NumberConstant OfWhole(long value) =>
        new() { IsInt = true, Int = value, IsUint = value >= 0, Uint = (ulong)value, IsFloat = true, Float = value };

    private static NumberConstant OfFloat(double value) => new()
    {
        IsFloat = true,
        Float = value,
        IsInt = value is > -9.2233720368547748e18 and < 9.2233720368547748e18 && Math.Truncate(value) == value,
        Int = (long)value,
        IsUint = value is >= 0 and < 1.8446744073709550e19 && Math.Truncate(value) == value,
        Uint = (ulong)Math.Max(value, 0),
    };

    private static NumberConstant? ParseComplex(string text)
    {
        int split = text.AsSpan(1).LastIndexOfAny('+', '-') + 1;
        bool hasReal = split > 1 && text[split - 1] is not ('e' or 'E' or 'p' or 'P');
        double real = 0;
        if ((hasReal && !GoNumberText.TryFloat(text[..split], out real)) || !GoNumberText.TryFloat(hasReal ? text[split..] : text, out double imaginary))
        {
            return null;
        }
        var value = new Complex(real, imaginary);
        return imaginary == 0 ? OfFloat(real) with { IsComplex = true, Complex = value } : new NumberConstant { IsComplex = true, Complex = value };
    }
}
