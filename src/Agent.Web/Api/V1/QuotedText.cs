namespace Agent.Web.Api.V1;

/// <summary>Cuts a source that need not parse into texts in quotes or comments, and what stands between them.</summary>
internal static class QuotedText
{
    /// <summary>All pieces in order. A quote that is not closed reaches to the end of its line, a raw text or a comment to the end of the source.</summary>
    public static IEnumerable<(string Text, bool IsQuoted)> Split(string source)
    {
        int plain = 0;
        int at = 0;
        while (at < source.Length)
        {
            int end = EndOf(source, at);
            if (end == at)
            {
                at++;
                continue;
            }
            if (at > plain)
            {
                yield return (source[plain..at], false);
            }
            yield return (source[at..end], true);
            plain = at = end;
        }
        if (plain < source.Length)
        {
            yield return (source[plain..], false);
        }
    }

    /// <summary>Where the text or comment that begins at <paramref name="at"/> ends; <paramref name="at"/> itself where none begins.</summary>
    private static int EndOf(string source, int at) => source[at] switch
    {
        '"' => EndOfString(source, at + 1),
        '`' => Behind(source.IndexOf('`', at + 1), 1, source.Length),
        '/' when source.AsSpan(at).StartsWith("//") => Behind(source.IndexOf('\n', at), 0, source.Length),
        '/' when source.AsSpan(at).StartsWith("/*") => Behind(source.IndexOf("*/", at + 2, StringComparison.Ordinal), 2, source.Length),
        _ => at,
    };

    private static int EndOfString(string source, int at)
    {
        while (at < source.Length && source[at] is not ('"' or '\n'))
        {
            at += source[at] == '\\' ? 2 : 1;
        }
        return at >= source.Length ? source.Length : source[at] == '"' ? at + 1 : at;
    }

    private static int Behind(int found, int length, int end) => found < 0 ? end : found + length;
}
