namespace Agent.Runtime.StandardLibrary;

/// <summary>Lexical path rules as in Go's path/filepath on Unix.</summary>
internal static class FilePath
{
    /// <summary>The shortest equal path: no <c>.</c>, no doubled slash, <c>..</c> taken off against what precedes it.</summary>
    public static string Clean(string path)
    {
        bool rooted = path.StartsWith('/');
        var kept = new List<string>();
        foreach (string part in path.Split('/'))
        {
            if (part is "" or ".")
            {
                continue;
            }
            if (part != "..")
            {
                kept.Add(part);
            }
            else if (kept.Count > 0 && kept[^1] != "..")
            {
                kept.RemoveAt(kept.Count - 1);
            }
            else if (!rooted)
            {
                kept.Add(part);
            }
        }
        string cleaned = (rooted ? "/" : "") + string.Join('/', kept);
        return cleaned.Length == 0 ? "." : cleaned;
    }
}
