using System.Buffers.Text;
using System.Text;

namespace Agent.Components.Common.Logfmt;

/// <summary>Escapes of quoted values: JSON's, and <c>\'</c>.</summary>
internal static class LogfmtEscapes
{
    private const int UnicodeLength = 6;

    /// <summary>Decodes the text between the quotes; false for an unknown escape or a control character.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> text, out byte[] decoded)
    {
        // Nothing grows but invalid bytes, each of which becomes the three bytes of U+FFFD.
        Span<byte> buffer = new byte[text.Length * 3];
        int length = 0;
        decoded = [];
        while (!text.IsEmpty)
        {
            if (text[0] < ' ')
            {
                return false;
            }
            if (text[0] != (byte)'\\')
            {
                if (Rune.DecodeFromUtf8(text, out Rune rune, out int width) != System.Buffers.OperationStatus.Done)
                {
                    (rune, width) = (Rune.ReplacementChar, 1);
                }
                length += rune.EncodeToUtf8(buffer[length..]);
                text = text[width..];
            }
            else if (!TryTakeEscape(ref text, out Rune rune))
            {
                return false;
            }
            else
            {
                length += rune.EncodeToUtf8(buffer[length..]);
            }
        }
        decoded = buffer[..length].ToArray();
        return true;
    }

    private static bool TryTakeEscape(ref ReadOnlySpan<byte> text, out Rune rune)
    {
        if (text[1] == (byte)'u')
        {
            return TryTakeUnicode(ref text, out rune);
        }
        char value = (char)text[1];
        int found = value switch
        {
            '"' or '\\' or '/' or '\'' => value,
            'b' => '\b',
            'f' => '\f',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            _ => -1,
        };
        rune = found < 0 ? default : new Rune(found);
        text = text[2..];
        return found >= 0;
    }

    private static bool TryTakeUnicode(ref ReadOnlySpan<byte> text, out Rune rune)
    {
        rune = Rune.ReplacementChar;
        if (!TryUnit(text, out char unit))
        {
            return false;
        }
        text = text[UnicodeLength..];
        if (char.IsHighSurrogate(unit) && TryUnit(text, out char low) && Rune.TryCreate(unit, low, out rune))
        {
            text = text[UnicodeLength..];
            return true;
        }
        rune = Rune.TryCreate(unit, out Rune single) ? single : Rune.ReplacementChar;
        return true;
    }

    private static bool TryUnit(ReadOnlySpan<byte> text, out char unit)
    {
        unit = '\0';
        if (!text.StartsWith("\\u"u8) || text.Length < UnicodeLength
            || !Utf8Parser.TryParse(text[2..UnicodeLength], out ushort value, out int used, 'x') || used != UnicodeLength - 2)
        {
            return false;
        }
        unit = (char)value;
        return true;
    }
}
