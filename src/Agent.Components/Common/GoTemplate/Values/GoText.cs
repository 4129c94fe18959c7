using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Agent.Components.Common.GoTemplate.Values;

/// <summary>Texts as templates know them: Go's strings, which are bytes.</summary>
/// <remarks>
/// Templates cut texts at any byte (<c>trunc</c>, <c>substr</c>, <c>slice</c>), and half a character must come out as the same half.
/// So within the engine a text is a .NET string that holds one byte per char. Searching, cutting, joining and comparing it ordinally are
/// then what Go does with bytes; only what looks at characters has to decode, with the methods here.
/// </remarks>
internal static class GoText
{
    private const int LongestRune = 4;

    public static string FromUtf8(ReadOnlySpan<byte> utf8) => Encoding.Latin1.GetString(utf8);

    /// <summary>Text of ours (a pattern's error, a zone's name) as a template's text.</summary>
    public static string FromString(string text) => Ascii.IsValid(text) ? text : FromUtf8(Encoding.UTF8.GetBytes(text));

    /// <summary>For what takes ordinary strings; bytes that are no UTF-8 become U+FFFD.</summary>
    public static string ToString(string text) => Ascii.IsValid(text) ? text : Encoding.UTF8.GetString(ToUtf8(text));

    public static byte[] ToUtf8(string text) => Encoding.Latin1.GetBytes(text);

    public static bool IsAscii(string text) => Ascii.IsValid(text);

    /// <summary>The character at a byte; U+FFFD of width 1 where none begins there.</summary>
    public static Rune RuneAt(ReadOnlySpan<char> text, int at, out int width)
    {
        width = 1;
        if (text[at] < 0x80)
        {
            return new Rune(text[at]);
        }
        Span<byte> bytes = stackalloc byte[LongestRune];
        int count = Math.Min(LongestRune, text.Length - at);
        for (int i = 0; i < count; i++)
        {
            bytes[i] = (byte)text[at + i];
        }
        if (Rune.DecodeFromUtf8(bytes[..count], out Rune rune, out int consumed) != System.Buffers.OperationStatus.Done)
        {
            return Rune.ReplacementChar;
        }
        width = consumed;
        return rune;
    }

    /// <summary>The last character, and how many bytes it has.</summary>
    public static Rune LastRune(ReadOnlySpan<char> text, out int width)
    {
        for (width = Math.Min(LongestRune, text.Length); width > 1; width--)
        {
            Rune rune = RuneAt(text, text.Length - width, out int read);
            if (read == width)
            {
                return rune;
            }
        }
        return RuneAt(text, text.Length - 1, out width);
    }

    public static List<Rune> Runes(string text)
    {
        var runes = new List<Rune>(text.Length);
        for (int at = 0; at < text.Length;)
        {
            runes.Add(RuneAt(text, at, out int width));
            at += width;
        }
        return runes;
    }

    public static string FromRunes(IEnumerable<Rune> runes)
    {
        var text = new StringBuilder();
        foreach (Rune rune in runes)
        {
            AppendRune(text, rune);
        }
        return text.ToString();
    }

    /// <summary>The bytes of a character; a value that is none gives U+FFFD.</summary>
    public static string FromRune(long value) =>
        FromRunes([value is >= 0 and <= 0x10FFFF && Rune.TryCreate((int)value, out Rune rune) ? rune : Rune.ReplacementChar]);

    public static void AppendRune(StringBuilder text, Rune rune)
    {
        if (rune.IsAscii)
        {
            text.Append((char)rune.Value);
            return;
        }
        Span<byte> bytes = stackalloc byte[LongestRune];
        int count = rune.EncodeToUtf8(bytes);
        for (int i = 0; i < count; i++)
        {
            text.Append((char)bytes[i]);
        }
    }

    public static string ToUpper(string text) =>
        IsAscii(text) ? text.ToUpperInvariant() : FromRunes(Runes(text).Select(static rune => Rune.ToUpperInvariant(rune)));

    [SuppressMessage("Globalization", "CA1308:Normalize strings to uppercase", Justification = "Lower case is what was asked for.")]
    public static string ToLower(string text) =>
        IsAscii(text) ? text.ToLowerInvariant() : FromRunes(Runes(text).Select(static rune => Rune.ToLowerInvariant(rune)));

    public static string TrimSpace(string text) => Trim(text, static rune => Rune.IsWhiteSpace(rune));

    public static string Trim(string text, Func<Rune, bool> cut) => TrimEnd(TrimStart(text, cut), cut);

    public static string TrimStart(string text, Func<Rune, bool> cut)
    {
        int at = 0;
        while (at < text.Length && cut(RuneAt(text, at, out int width)))
        {
            at += width;
        }
        return text[at..];
    }

    public static string TrimEnd(string text, Func<Rune, bool> cut)
    {
        int end = text.Length;
        while (end > 0 && cut(LastRune(text.AsSpan(0, end), out int width)))
        {
            end -= width;
        }
        return text[..end];
    }

    /// <summary>Whether Go prints the character as it is: letters, marks, numbers, punctuation, symbols and the plain space.</summary>
    public static bool IsPrintable(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (
        System.Globalization.UnicodeCategory.Control or System.Globalization.UnicodeCategory.Format
        or System.Globalization.UnicodeCategory.Surrogate or System.Globalization.UnicodeCategory.PrivateUse
        or System.Globalization.UnicodeCategory.OtherNotAssigned or System.Globalization.UnicodeCategory.SpaceSeparator
        or System.Globalization.UnicodeCategory.LineSeparator or System.Globalization.UnicodeCategory.ParagraphSeparator);
}
