using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Agent.Syntax;

/// <summary>Decodes and writes the string literals of the configuration language.</summary>
/// <remarks>
/// The rules are those of Go's strconv.Unquote and strconv.Quote. A .NET string holds Unicode only, so a byte that
/// <c>\xff</c> or <c>\377</c> adds and that does not complete a UTF-8 character is decoded as U+FFFD.
/// </remarks>
public static class StringLiteral
{
    private const int HighestRune = 0x10FFFF;

    /// <summary>The text a literal stands for; false where it is no valid literal in double quotes or backticks.</summary>
    public static bool TryUnquote(string literal, [NotNullWhen(true)] out string? text)
    {
        text = null;
        if (literal.Length < 2 || literal[0] != literal[^1])
        {
            return false;
        }
        ReadOnlySpan<char> inner = literal.AsSpan(1, literal.Length - 2);
        switch (literal[0])
        {
            case '`':
                // As in Go, carriage returns are no part of a raw string.
                text = inner.Contains('\r') ? inner.ToString().Replace("\r", "") : inner.ToString();
                return !inner.Contains('`');
            case '"':
                return TryDecode(inner, out text);
            default:
                return false;
        }
    }

    /// <summary>The text a literal of the syntax tree stands for; the parser has refused literals that are not valid.</summary>
    public static string Unquote(string literal) =>
        TryUnquote(literal, out string? text) ? text : throw new FormatException($"cannot read string literal {literal}: invalid syntax");

    /// <summary>The text in double quotes, with escapes for quotes, backslashes and whatever is not printable.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder(text.Length + 2);
        quoted.Append('"');
        for (int i = 0; i < text.Length;)
        {
            // A lone surrogate has no UTF-8 form; Go would see the bytes of U+FFFD.
            Rune.DecodeFromUtf16(text.AsSpan(i), out Rune rune, out int length);
            AppendQuoted(quoted, rune);
            i += length;
        }
        return quoted.Append('"').ToString();
    }

    /// <summary>As <see cref="Quote(string)"/>, for bytes: those that are no UTF-8 are written as <c>\xff</c>.</summary>
    public static string Quote(ReadOnlySpan<byte> utf8)
    {
        var quoted = new StringBuilder(utf8.Length + 2);
        quoted.Append('"');
        while (!utf8.IsEmpty)
        {
            int length = Utf8Text.Decode(utf8, out int rune);
            if (rune == Utf8Text.Invalid)
            {
                quoted.Append(CultureInfo.InvariantCulture, $"\\x{utf8[0]:x2}");
            }
            else
            {
                AppendQuoted(quoted, new Rune(rune));
            }
            utf8 = utf8[length..];
        }
        return quoted.Append('"').ToString();
    }

    private static void AppendQuoted(StringBuilder to, Rune rune)
    {
        switch (rune.Value)
        {
            case '"': to.Append("\\\""); break;
            case '\\': to.Append("\\\\"); break;
            case '\a': to.Append("\\a"); break;
            case '\b': to.Append("\\b"); break;
            case '\f': to.Append("\\f"); break;
            case '\n': to.Append("\\n"); break;
            case '\r': to.Append("\\r"); break;
            case '\t': to.Append("\\t"); break;
            case '\v': to.Append("\\v"); break;
            case < ' ' or 0x7F: to.Append(CultureInfo.InvariantCulture, $"\\x{rune.Value:x2}"); break;
            case var _ when Utf8Text.IsPrintable(rune): to.Append(rune.ToString()); break;
            case < 0x10000: to.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}"); break;
            default: to.Append(CultureInfo.InvariantCulture, $"\\U{rune.Value:x8}"); break;
        }
    }

    private static bool TryDecode(ReadOnlySpan<char> inner, [NotNullWhen(true)] out string? text)
    {
        text = null;
        if (inner.IndexOfAny('"', '\n', '\\') < 0)
        {
            text = inner.ToString();
            return true;
        }
        // Escapes may spell single bytes, so the text is put together as UTF-8.
        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(inner.Length)];
        int used = 0;
        while (!inner.IsEmpty)
        {
            int plain = inner.IndexOfAny('"', '\n', '\\');
            plain = plain < 0 ? inner.Length : plain;
            used += Encoding.UTF8.GetBytes(inner[..plain], bytes.AsSpan(used));
            inner = inner[plain..];
            if (inner.IsEmpty)
            {
                break;
            }
            if (inner[0] != '\\' || !TryDecodeEscape(ref inner, bytes, ref used))
            {
                return false;
            }
        }
        text = Encoding.UTF8.GetString(bytes.AsSpan(0, used));
        return true;
    }

    private static bool TryDecodeEscape(ref ReadOnlySpan<char> rest, byte[] to, ref int used)
    {
        if (rest.Length < 2)
        {
            return false;
        }
        char kind = rest[1];
        if (SimpleEscape(kind) is { } simple)
        {
            to[used++] = simple;
            rest = rest[2..];
            return true;
        }
        (int skip, int digits, int radix) = kind switch
        {
            'x' => (2, 2, 16),
            'u' => (2, 4, 16),
            'U' => (2, 8, 16),
            >= '0' and <= '7' => (1, 3, 8),
            _ => (0, 0, 0),
        };
        if (digits == 0 || rest.Length < skip + digits || !TryDigits(rest.Slice(skip, digits), radix, out uint value))
        {
            return false;
        }
        rest = rest[(skip + digits)..];
        if (kind is not ('u' or 'U'))
        {
            to[used++] = (byte)value;
            return value <= byte.MaxValue;
        }
        if (value > HighestRune || !Rune.TryCreate(value, out Rune rune))
        {
            return false;
        }
        used += rune.EncodeToUtf8(to.AsSpan(used));
        return true;
    }

    private static byte? SimpleEscape(char kind) => kind switch
    {
        'a' => (byte)'\a',
        'b' => (byte)'\b',
        'f' => (byte)'\f',
        'n' => (byte)'\n',
        'r' => (byte)'\r',
        't' => (byte)'\t',
        'v' => (byte)'\v',
        '\\' => (byte)'\\',
        '"' => (byte)'"',
        _ => null,
    };

    private static bool TryDigits(ReadOnlySpan<char> digits, int radix, out uint value)
    {
        value = 0;
        foreach (char digit in digits)
        {
            int number = char.IsAsciiHexDigit(digit) ? Convert.ToInt32(digit.ToString(), 16) : radix;
            if (number >= radix)
            {
                return false;
            }
            value = (value * (uint)radix) + (uint)number;
        }
        return true;
    }
}
