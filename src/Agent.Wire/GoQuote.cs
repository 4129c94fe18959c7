using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Agent.Wire;

/// <summary>Go's string literals: what strconv.Quote writes and Unquote reads. Label texts use them.</summary>
/// <remarks>
/// Quote writes printable characters as they are, and escapes the rest as \n-style, \x07, \u200b or \U0010ffff; a byte that is
/// no UTF-8 becomes \xNN. Printable means letter, mark, number, punctuation, symbol or the ASCII space. Characters newer than
/// Go's Unicode tables are escaped there and plain here, or the other way round: both read back the same.
/// </remarks>
public static class GoQuote
{
    private static readonly SearchValues<byte> PlainAscii = SearchValues.Create(
        " !#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~"u8);

    private const string Named = "abtnvfr";

    /// <summary>Appends the text in double quotes.</summary>
    public static void Append(GrowableBuffer output, ReadOnlySpan<byte> text)
    {
        output.WriteByte((byte)'"');
        while (!text.IsEmpty)
        {
            int plain = text.IndexOfAnyExcept(PlainAscii);
            if (plain < 0)
            {
                output.Write(text);
                break;
            }
            output.Write(text[..plain]);
            text = text[plain..];
            text = text[AppendSpecial(output, text)..];
        }
        output.WriteByte((byte)'"');
    }

    /// <summary>Appends one character that may need an escape; returns how many bytes of the text it was.</summary>
    private static int AppendSpecial(GrowableBuffer output, ReadOnlySpan<byte> text)
    {
        if (Rune.DecodeFromUtf8(text, out Rune rune, out int consumed) != OperationStatus.Done)
        {
            AppendHex(output, 'x', text[0], 2);
            return 1;
        }
        switch (rune.Value)
        {
            case '"' or '\\':
                output.Write([(byte)'\\', (byte)rune.Value]);
                break;
            case >= '\a' and <= '\r':
                // 7..13 are alert, backspace, tab, newline, vertical tab, form feed, return.
                output.Write([(byte)'\\', (byte)Named[rune.Value - '\a']]);
                break;
            case < ' ' or 0x7F:
                AppendHex(output, 'x', (uint)rune.Value, 2);
                break;
            case > 0xFFFF when !IsPrintable(rune):
                AppendHex(output, 'U', (uint)rune.Value, 8);
                break;
            default:
                if (IsPrintable(rune))
                {
                    output.Write(text[..consumed]);
                }
                else
                {
                    AppendHex(output, 'u', (uint)rune.Value, 4);
                }
                break;
        }
        return consumed;
    }

    /// <summary>Reads a quoted literal: double or single quotes with escapes, or backquotes without.</summary>
    /// <param name="text">Begins with the opening quote; may go on behind the closing one.</param>
    /// <param name="scratch">Takes the text where it holds escapes; the length of <paramref name="text"/> always suffices.</param>
    /// <param name="value">The unquoted bytes, in <paramref name="text"/> or in <paramref name="scratch"/>.</param>
    /// <param name="consumed">Bytes of the literal, both quotes included.</param>
    /// <returns>False for a missing or unclosed quote, a line break inside quotes, or an unknown escape.</returns>
    public static bool TryUnquote(ReadOnlySpan<byte> text, Span<byte> scratch, out ReadOnlySpan<byte> value, out int consumed)
    {
        value = default;
        consumed = 0;
        if (text.IsEmpty || text[0] is not ((byte)'"' or (byte)'\'' or (byte)'`'))
        {
            return false;
        }
        byte quote = text[0];
        ReadOnlySpan<byte> rest = text[1..];
        int special = quote == '`' ? rest.IndexOf(quote) : rest.IndexOfAny(quote, (byte)'\\', (byte)'\n');
        if (special < 0 || rest[special] == '\n')
        {
            return false;
        }
        if (rest[special] == quote)
        {
            value = rest[..special];
            consumed = special + 2;
            return true;
        }
        return TryUnescape(text, quote, scratch, out value, out consumed);
    }

    private static bool TryUnescape(
        ReadOnlySpan<byte> text, byte quote, Span<byte> scratch, out ReadOnlySpan<byte> value, out int consumed)
    {
        value = default;
        consumed = 0;
        int written = 0;
        int at = 1;
        while (true)
        {
            int plain = text[at..].IndexOfAny(quote, (byte)'\\', (byte)'\n');
            if (plain < 0 || text[at + plain] == '\n')
            {
                return false;
            }
            text.Slice(at, plain).CopyTo(scratch[written..]);
            written += plain;
            at += plain;
            if (text[at] == quote)
            {
                value = scratch[..written];
                consumed = at + 1;
                return true;
            }
            if (!TryEscape(text, quote, ref at, scratch, ref written))
            {
                return false;
            }
        }
    }

    private static bool TryEscape(ReadOnlySpan<byte> text, byte quote, ref int at, Span<byte> scratch, ref int written)
    {
        if (at + 1 >= text.Length)
        {
            return false;
        }
        byte kind = text[at + 1];
        at += 2;
        int named = Named.IndexOf((char)kind);
        if (named >= 0)
        {
            scratch[written++] = (byte)('\a' + named);
            return true;
        }
        if (kind == '\\' || kind == quote)
        {
            scratch[written++] = kind;
            return true;
        }
        (int digits, uint radix) = kind switch
        {
            (byte)'x' => (2, 16u),
            (byte)'u' => (4, 16u),
            (byte)'U' => (8, 16u),
            >= (byte)'0' and <= (byte)'7' => (3, 8u),
            _ => (0, 0u),
        };
        at -= radix == 8 ? 1 : 0;
        if (digits == 0 || !TryNumber(text, ref at, digits, radix, out uint number))
        {
            return false;
        }
        if (digits <= 3)
        {
            // \xNN and \NNN name a byte, which need not be UTF-8 by itself.
            scratch[written++] = (byte)number;
            return number <= byte.MaxValue;
        }
        if (!Rune.TryCreate(number, out Rune rune))
        {
            return false;
        }
        written += rune.EncodeToUtf8(scratch[written..]);
        return true;
    }

    private static bool TryNumber(ReadOnlySpan<byte> text, ref int at, int digits, uint radix, out uint number)
    {
        number = 0;
        if (text.Length - at < digits)
        {
            return false;
        }
        for (int end = at + digits; at < end; at++)
        {
            int digit = HexDigit(text[at]);
            if ((uint)digit >= radix)
            {
                return false;
            }
            number = (number * radix) + (uint)digit;
        }
        return true;
    }

    private static int HexDigit(byte digit) => digit switch
    {
        >= (byte)'0' and <= (byte)'9' => digit - '0',
        >= (byte)'a' and <= (byte)'f' => digit - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => digit - 'A' + 10,
        _ => -1,
    };

    private static void AppendHex(GrowableBuffer output, char kind, uint value, int digits)
    {
        Debug.Assert(digits <= 8);
        output.Write([(byte)'\\', (byte)kind]);
        for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4)
        {
            output.WriteByte("0123456789abcdef"u8[(int)(value >> shift) & 0xF]);
        }
    }

    private static bool IsPrintable(Rune rune) => Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.SpaceSeparator);
}
