using System.Buffers;
using System.Globalization;
using System.Text;

namespace Agent.Syntax;

/// <summary>Characters as the language sees them: decoding and classes follow Go's unicode/utf8 and unicode packages.</summary>
internal static class Utf8Text
{
    /// <summary>What <see cref="Decode"/> gives for a byte that starts no UTF-8 character.</summary>
    public const int Invalid = -2;

    /// <summary>The first character and its length in bytes; an invalid byte counts alone.</summary>
    public static int Decode(ReadOnlySpan<byte> utf8, out int rune)
    {
        if (Rune.DecodeFromUtf8(utf8, out Rune decoded, out int length) == OperationStatus.Done)
        {
            rune = decoded.Value;
            return length;
        }
        rune = Invalid;
        return 1;
    }

    public static bool IsLetter(int rune) =>
        rune < 0x80
            ? (rune | 0x20) is >= 'a' and <= 'z' || rune == '_'
            : Rune.IsLetter(new Rune(rune));

    public static bool IsDigit(int rune) =>
        rune < 0x80
            ? rune is >= '0' and <= '9'
            : Rune.GetUnicodeCategory(new Rune(rune)) == UnicodeCategory.DecimalDigitNumber;

    /// <summary>Letters, marks, numbers, punctuation, symbols and the plain space; no other space and no control character.</summary>
    public static bool IsPrintable(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
        or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);
}
