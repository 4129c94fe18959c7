using System.Globalization;
using System.Text;
using Agent.Syntax;
using Agent.Syntax.Values;

namespace Agent.Runtime.Evaluation;

/// <summary>Values of literals.</summary>
internal static class Literals
{
    private const int DigitsOfByteEscape = 2;

    /// <summary>Null where a number is too large for a double.</summary>
    public static Value? Evaluate(LiteralExpression literal)
    {
        if (literal.Shared is { } shared)
        {
            return shared;
        }
        Value? value = Read(literal);
        if (value is not null)
        {
            literal.Know(value);
        }
        return value;
    }

    private static Value? Read(LiteralExpression literal) => literal.Kind switch
    {
        LiteralKind.Null => Value.Null,
        LiteralKind.Bool => Value.Of(literal.Text == "true"),
        LiteralKind.Number => Integer(literal.Text) ?? Float(literal.Text),
        LiteralKind.Float => Float(literal.Text),
        _ => Text(literal.Text),
    };

    private static NumberValue? Integer(string text)
    {
        // As in Go, a leading zero means octal; what is no octal number becomes a float.
        if (text.Length > 1 && text[0] == '0')
        {
            return Octal(text);
        }
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long signed))
        {
            return new NumberValue(signed);
        }
        return ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong unsigned) ? new NumberValue(unsigned) : null;
    }

    private static NumberValue? Octal(string text)
    {
        ulong value = 0;
        foreach (char digit in text)
        {
            if (digit > '7' || value > ulong.MaxValue >> 3)
            {
                return null;
            }
            value = (value << 3) | (uint)(digit - '0');
        }
        return value <= long.MaxValue ? new NumberValue((long)value) : new NumberValue(value);
    }

    private static NumberValue? Float(string text)
    {
        double value = double.Parse(text, CultureInfo.InvariantCulture);
        return double.IsFinite(value) ? new NumberValue(value) : null;
    }

    private static StringValue Text(string literal)
    {
        string text = StringLiteral.Unquote(literal);
        return text.Contains('\uFFFD') && literal[0] == '"' && Bytes(literal) is { } bytes
            ? new StringValue(text) { Bytes = bytes }
            : new StringValue(text);
    }

    /// <summary>The bytes of a literal whose escapes spell bytes that are no UTF-8; null where all is UTF-8.</summary>
    private static byte[]? Bytes(string literal)
    {
        var bytes = new MemoryStream(literal.Length);
        for (int i = 1; i < literal.Length - 1;)
        {
            int length = LengthOfPart(literal, i);
            string part = literal.Substring(i, length);
            if (part[0] == '\\' && part[1] == 'x')
            {
                bytes.WriteByte(byte.Parse(part.AsSpan(DigitsOfByteEscape), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
            }
            else if (part[0] == '\\' && char.IsAsciiDigit(part[1]))
            {
                bytes.WriteByte(Convert.ToByte(part[1..], 8));
            }
            else
            {
                bytes.Write(Encoding.UTF8.GetBytes(StringLiteral.Unquote($"\"{part}\"")));
            }
            i += length;
        }
        return StringBytes.IsUtf8(bytes.ToArray()) ? null : bytes.ToArray();
    }

    private static int LengthOfPart(string literal, int at)
    {
        if (literal[at] != '\\')
        {
            int next = literal.IndexOf('\\', at);
            return (next < 0 ? literal.Length - 1 : next) - at;
        }
        return literal[at + 1] switch
        {
            'x' => 4,
            'u' => 6,
            'U' => 10,
            >= '0' and <= '7' => 4,
            _ => 2,
        };
    }
}
