using System.Buffers;
using System.Text;

namespace Agent.Components.Loki.Process.Json;

/// <summary>Text as the inside of a JSON string, as Alloy writes it: <c>&lt; &gt; &amp;</c>, U+2028 and U+2029 are escaped too.</summary>
internal static class JsonQuote
{
    private static readonly SearchValues<byte> Special = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Concat(Enumerable.Range(0x80, 0x80)).Select(static i => (byte)i), .. "\"\\<>&"u8]);

    /// <summary>How many bytes <see cref="Write"/> writes.</summary>
    public static int Length(ReadOnlySpan<byte> text)
    {
        int length = text.Length;
        Span<byte> one = stackalloc byte[6];
        for (int plain = text.IndexOfAny(Special); plain >= 0; plain = text.IndexOfAny(Special))
        {
            text = text[plain..];
            length += WriteOne(text, one, out int width) - width;
            text = text[width..];
        }
        return length;
    }

    /// <summary>Writes the escaped text; returns how many bytes it has.</summary>
    public static int Write(ReadOnlySpan<byte> text, Span<byte> target)
    {
        int written = 0;
        Span<byte> one = stackalloc byte[6];
        for (int plain = text.IndexOfAny(Special); plain >= 0; plain = text.IndexOfAny(Special))
        {
            text[..plain].CopyTo(target[written..]);
            written += plain;
            text = text[plain..];
            int length = WriteOne(text, one, out int width);
            one[..length].CopyTo(target[written..]);
            written += length;
            text = text[width..];
        }
        text.CopyTo(target[written..]);
        return written + text.Length;
    }

    // The first character of the text; target holds six bytes.
    private static int WriteOne(ReadOnlySpan<byte> text, Span<byte> target, out int width)
    {
        byte first = text[0];
        width = 1;
        if (first >= 0x80)
        {
            if (Rune.DecodeFromUtf8(text, out Rune rune, out int length) != OperationStatus.Done)
            {
                "\\ufffd"u8.CopyTo(target);
                return 6;
            }
            width = length;
            return rune.Value is 0x2028 or 0x2029 ? Unicode(rune.Value, target) : rune.EncodeToUtf8(target);
        }
        byte letter = first switch
        {
            (byte)'"' or (byte)'\\' => first,
            (byte)'\n' => (byte)'n',
            (byte)'\r' => (byte)'r',
            (byte)'\t' => (byte)'t',
            _ => 0,
        };
        if (letter == 0)
        {
            return Unicode(first, target);
        }
        (target[0], target[1]) = ((byte)'\\', letter);
        return 2;
    }

    private static int Unicode(int value, Span<byte> target)
    {
        ReadOnlySpan<byte> digits = "0123456789abcdef"u8;
        "\\u"u8.CopyTo(target);
        for (int i = 0; i < 4; i++)
        {
            target[2 + i] = digits[(value >> (12 - (4 * i))) & 0xF];
        }
        return 6;
    }
}
