using System.Text;
using Agent.Syntax;

namespace Agent.Runtime.StandardLibrary.Formatting;

/// <summary>Writes texts under a width, counted in characters.</summary>
internal readonly struct PaddedText(StringBuilder output, FormatSpec spec)
{
    private const int HexDigits = 2;

    public void Pad(string text) => Pad(text, spec.Zero);

    public void Pad(string text, bool zero)
    {
        int missing = spec.Width is { } width ? width - Length(text) : 0;
        if (missing <= 0)
        {
            output.Append(text);
        }
        else if (spec.Minus)
        {
            output.Append(text).Append(' ', missing);
        }
        else
        {
            output.Append(zero ? '0' : ' ', missing).Append(text);
        }
    }

    /// <summary>Zeros between the sign and the digits.</summary>
    public void PadAfterSign(string number)
    {
        int missing = (spec.Width ?? 0) - number.Length;
        output.Append(number[0]).Append('0', Math.Max(missing, 0)).Append(number, 1, number.Length - 1);
    }

    public void Text(string text, bool quote)
    {
        if (spec.Precision is { } precision && precision < text.Length)
        {
            text = string.Concat(text.EnumerateRunes().Take(precision));
        }
        if (!quote)
        {
            Pad(text);
        }
        else if (spec.Sharp && !text.Any(static c => c == '`' || (char.IsControl(c) && c != '\t')))
        {
            Pad($"`{text}`");
        }
        else
        {
            Pad(Quote(text));
        }
    }

    public void Hexadecimal(byte[] bytes, bool upper)
    {
        int count = Math.Min(bytes.Length, spec.Precision ?? bytes.Length);
        var digits = new StringBuilder(count * HexDigits);
        string prefix = upper ? "0X" : "0x";
        for (int i = 0; i < count; i++)
        {
            digits.Append(spec.Space && i > 0 ? " " : "").Append(spec.Sharp && (i == 0 || spec.Space) ? prefix : "");
            digits.Append(bytes[i].ToString(upper ? "X2" : "x2"));
        }
        Pad(digits.ToString());
    }

    /// <summary>Quoted as Go does; with the plus flag all beyond ASCII is escaped.</summary>
    public string Quote(string text)
    {
        string quoted = StringLiteral.Quote(text);
        if (!spec.Plus)
        {
            return quoted;
        }
        var ascii = new StringBuilder(quoted.Length);
        foreach (Rune rune in quoted.EnumerateRunes())
        {
            ascii.Append(rune.IsAscii ? rune.ToString() : rune.IsBmp ? $"\\u{rune.Value:x4}" : $"\\U{rune.Value:x8}");
        }
        return ascii.ToString();
    }

    private static int Length(string text)
    {
        int count = 0;
        foreach (Rune _ in text.EnumerateRunes())
        {
            count++;
        }
        return count;
    }
}
