using System.Buffers;
using System.Text;

namespace Agent.Sdk.Patterns;

/// <summary>UTF-8 as Go reads it: each byte that starts no valid sequence is U+FFFD, one byte wide.</summary>
internal static class Utf8Text
{
    public const int Replacement = 0xFFFD;

    public static int Decode(ReadOnlySpan<byte> text, int at, out int width)
    {
        byte first = text[at];
        if (first < 0x80)
        {
            width = 1;
            return first;
        }
        if (Rune.DecodeFromUtf8(text[at..], out Rune rune, out width) == OperationStatus.Done)
        {
            return rune.Value;
        }
        width = 1;
        return Replacement;
    }

    public static int Width(ReadOnlySpan<byte> text, int at)
    {
        Decode(text, at, out int width);
        return width;
    }

    /// <summary>Where the code point that ends at <paramref name="at"/> begins.</summary>
    public static int Previous(ReadOnlySpan<byte> text, int at)
    {
        for (int back = 1; back <= 4 && back <= at; back++)
        {
            if ((text[at - back] & 0xC0) != 0x80)
            {
                return Width(text, at - back) == back ? at - back : at - 1;
            }
        }
        return at - 1;
    }

    public static bool IsWord(byte value) => char.IsAsciiLetterOrDigit((char)value) || value == (byte)'_';

    public static byte[] Encode(int rune)
    {
        Span<byte> buffer = stackalloc byte[4];
        return buffer[..new Rune(rune).EncodeToUtf8(buffer)].ToArray();
    }
}
