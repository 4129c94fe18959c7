using System.Text;

namespace Agent.Syntax;

/// <summary>What may be an identifier, and how keys that may not are written.</summary>
public static class IdentifierText
{
    /// <summary>True for a letter or <c>_</c> followed by letters, <c>_</c> and digits, other than <c>true</c>, <c>false</c> and <c>null</c>.</summary>
    public static bool IsValid(string text) => IsValid(Encoding.UTF8.GetBytes(text));

    public static bool IsValid(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty || IsKeyword(utf8))
        {
            return false;
        }
        bool first = true;
        while (!utf8.IsEmpty)
        {
            int length = Utf8Text.Decode(utf8, out int rune);
            if (rune < 0 || !(Utf8Text.IsLetter(rune) || (!first && Utf8Text.IsDigit(rune))))
            {
                return false;
            }
            first = false;
            utf8 = utf8[length..];
        }
        return true;
    }

    /// <summary>An object key as Alloy prints it: bare where it is an identifier, else quoted.</summary>
    public static string Key(string key) => IsValid(key) ? key : StringLiteral.Quote(key);

    /// <summary>A valid identifier made from any text that is not empty: characters that cannot stand become <c>_</c>.</summary>
    public static string Sanitize(string text)
    {
        if (text.Length == 0 || IsValid(text))
        {
            return text;
        }
        var made = new StringBuilder(text.Length + 1);
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (made.Length == 0 && Utf8Text.IsDigit(rune.Value))
            {
                made.Append('_');
            }
            made.Append(Utf8Text.IsLetter(rune.Value) || Utf8Text.IsDigit(rune.Value) ? rune.ToString() : "_");
        }
        string result = made.ToString();
        // What is left unchanged and still no identifier is a keyword.
        return IsValid(result) ? result : result + "_";
    }

    internal static bool IsKeyword(ReadOnlySpan<byte> utf8) =>
        utf8.SequenceEqual("true"u8) || utf8.SequenceEqual("false"u8) || utf8.SequenceEqual("null"u8);
}
