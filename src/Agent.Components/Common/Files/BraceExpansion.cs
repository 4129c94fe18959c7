using System.Text;

namespace Agent.Components.Common.Files;

/// <summary>Writes <c>a{b,c}d</c> out as <c>abd</c> and <c>acd</c>; braces nest, and a backslash takes away a letter's meaning.</summary>
internal static class BraceExpansion
{
    /// <summary>The most patterns one pattern may stand for.</summary>
    public const int Limit = 1024;

    public static bool TryExpand(string pattern, out List<string> expanded, out string error)
    {
        expanded = [];
        error = "";
        var pending = new Stack<string>();
        pending.Push(pattern);
        while (pending.TryPop(out string? next))
        {
            int open = FindOpen(next);
            if (open < 0)
            {
                expanded.Add(next);
            }
            else if (!TrySplit(next, open, out List<string> alternatives, out int close))
            {
                error = "unclosed brace";
                return false;
            }
            else
            {
                for (int i = alternatives.Count - 1; i >= 0; i--)
                {
                    pending.Push(new StringBuilder().Append(next, 0, open).Append(alternatives[i]).Append(next, close + 1, next.Length - close - 1).ToString());
                }
            }
            if (pending.Count + expanded.Count > Limit)
            {
                error = $"more than {Limit} alternatives";
                return false;
            }
        }
        return true;
    }

    private static int FindOpen(string pattern)
    {
        bool inClass = false;
        for (int i = 0; i < pattern.Length; i++)
        {
            switch (pattern[i])
            {
                case '\\':
                    i++;
                    break;
                case '[':
                    inClass = true;
                    break;
                case ']':
                    inClass = false;
                    break;
                case '{' when !inClass:
                    return i;
            }
        }
        return -1;
    }

    private static bool TrySplit(string pattern, int open, out List<string> alternatives, out int close)
    {
        alternatives = [];
        int depth = 0;
        int start = open + 1;
        for (close = open; close < pattern.Length; close++)
        {
            switch (pattern[close])
            {
                case '\\':
                    close++;
                    break;
                case '{':
                    depth++;
                    break;
                case ',' when depth == 1:
                    alternatives.Add(pattern[start..close]);
                    start = close + 1;
                    break;
                case '}' when --depth == 0:
                    alternatives.Add(pattern[start..close]);
                    return true;
            }
        }
        return false;
    }
}
