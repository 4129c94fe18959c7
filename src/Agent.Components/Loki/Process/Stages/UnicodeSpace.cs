using System.Text;

namespace Agent.Components.Loki.Process.Stages;

internal static class UnicodeSpace
{
    /// <summary>True where UTF-8 text holds white space of any script.</summary>
    public static bool IsIn(ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty)
        {
            Rune.DecodeFromUtf8(text, out Rune rune, out int length);
            if (Rune.IsWhiteSpace(rune))
            {
                return true;
            }
            text = text[length..];
        }
        return false;
    }
}
