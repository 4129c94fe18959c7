using System.Text;

namespace Agent.Components.Common.Files;

/// <summary>One part of a glob between slashes: <c>*</c>, <c>?</c>, <c>[a-z]</c>, <c>[!a-z]</c>, a backslash before a plain letter.</summary>
internal sealed class GlobSegment
{
    private readonly string _pattern;

    private GlobSegment(string pattern)
    {
        _pattern = pattern;
        IsAnyFolders = pattern == "**";
        IsLiteral = pattern.AsSpan().IndexOfAny("*?[") < 0;
        Literal = IsLiteral ? Unescape(pattern) : pattern;
    }

    /// <summary>True for <c>**</c>: any number of folders, also none.</summary>
    public bool IsAnyFolders { get; }

    /// <summary>True where it matches one name only.</summary>
    public bool IsLiteral { get; }

    /// <summary>That name.</summary>
    public string Literal { get; }

    public static GlobSegment? TryParse(string pattern, out string error)
    {
        error = "";
        for (int i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] == '\\')
            {
                if (++i == pattern.Length)
                {
                    error = "backslash at the end";
                    return null;
                }
            }
            else if (pattern[i] == '[')
            {
                int end = EndOfClass(pattern, i);
                if (end < 0)
                {
                    error = "unclosed bracket";
                    return null;
                }
                i = end;
            }
        }
        return new GlobSegment(pattern);
    }

    /// <summary>True where the whole name matches.</summary>
    public bool IsMatch(ReadOnlySpan<char> name)
    {
        if (IsLiteral)
        {
            return name.SequenceEqual(Literal);
        }
        int at = 0;
        int letter = 0;
        int star = -1;
        int starLetter = 0;
        while (letter < name.Length)
        {
            if (at < _pattern.Length && _pattern[at] == '*')
            {
                star = at++;
                starLetter = letter;
            }
            else if (at < _pattern.Length && MatchesOne(at, name[letter], out int next))
            {
                at = next;
                letter++;
            }
            else if (star >= 0)
            {
                // The last star takes one letter more; earlier ones need not be tried again.
                at = star + 1;
                letter = ++starLetter;
            }
            else
            {
                return false;
            }
        }
        while (at < _pattern.Length && _pattern[at] == '*')
        {
            at++;
        }
        return at == _pattern.Length;
    }

    private static int EndOfClass(string pattern, int open)
    {
        int i = open + 1;
        if (i < pattern.Length && pattern[i] is '!' or '^')
        {
            i++;
        }
        for (int first = i; i < pattern.Length; i++)
        {
            if (pattern[i] == '\\')
            {
                i++;
            }
            else if (pattern[i] == ']' && i > first)
            {
                return i;
            }
        }
        return -1;
    }

    private static string Unescape(string pattern)
    {
        var text = new StringBuilder(pattern.Length);
        for (int i = 0; i < pattern.Length; i++)
        {
            text.Append(pattern[pattern[i] == '\\' ? ++i : i]);
        }
        return text.ToString();
    }

    private bool MatchesOne(int at, char letter, out int next)
    {
        next = at + 1;
        switch (_pattern[at])
        {
            case '?':
                return true;
            case '\\':
                next = at + 2;
                return _pattern[at + 1] == letter;
            case '[':
                next = EndOfClass(_pattern, at) + 1;
                return MatchesClass(at + 1, next - 1, letter);
            default:
                return _pattern[at] == letter;
        }
    }

    private bool MatchesClass(int from, int end, char letter)
    {
        bool negated = _pattern[from] is '!' or '^';
        bool found = false;
        for (int i = negated ? from + 1 : from; i < end; i++)
        {
            char low = _pattern[i] == '\\' ? _pattern[++i] : _pattern[i];
            char high = low;
            if (i + 2 < end && _pattern[i + 1] == '-')
            {
                i += 2;
                high = _pattern[i] == '\\' ? _pattern[++i] : _pattern[i];
            }
            found |= letter >= low && letter <= high;
        }
        return found != negated;
    }
}
