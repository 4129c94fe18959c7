namespace Agent.Sdk.Patterns;

/// <summary>Tests that take no character. Word characters are ASCII.</summary>
internal static class Assertions
{
    public static bool Holds(RegexOp op, ReadOnlySpan<byte> text, int at) => op switch
    {
        RegexOp.TextStart => at == 0,
        RegexOp.TextEnd => at == text.Length,
        RegexOp.LineStart => at == 0 || text[at - 1] == (byte)'\n',
        RegexOp.LineEnd => at == text.Length || text[at] == (byte)'\n',
        RegexOp.WordBoundary => AtWordBoundary(text, at),
        _ => !AtWordBoundary(text, at),
    };

    private static bool AtWordBoundary(ReadOnlySpan<byte> text, int at)
    {
        bool before = at > 0 && Utf8Text.IsWord(text[at - 1]);
        bool after = at < text.Length && Utf8Text.IsWord(text[at]);
        return before != after;
    }
}
