using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Agent.Components.Loki.Process.Stages;

/// <summary>A pattern of LogQL: captures such as <c>&lt;user&gt;</c>, with literal text between them. <c>&lt;_&gt;</c> skips.</summary>
/// <remarks>
/// A capture reaches to the first occurrence of the literal behind it; where that is missing it takes the rest, and the captures
/// behind get nothing. Only a literal in front has to be there.
/// </remarks>
internal sealed class LinePattern
{
    private const string Skip = "_";
    private readonly byte[] _prefix;
    private readonly (bool IsNamed, byte[] Until)[] _captures;

    private LinePattern(byte[] prefix, (bool IsNamed, byte[] Until)[] captures, IReadOnlyList<string> names)
    {
        _prefix = prefix;
        _captures = captures;
        Names = names;
    }

    /// <summary>Names of the captures, in order, without those that skip.</summary>
    public IReadOnlyList<string> Names { get; }

    public static bool TryParse(string text, [NotNullWhen(true)] out LinePattern? pattern, [NotNullWhen(false)] out string? error)
    {
        pattern = null;
        List<Piece> pieces = Split(text);
        byte[] prefix = pieces is [{ IsCapture: false }, ..] ? Encoding.UTF8.GetBytes(pieces[0].Text) : [];
        var captures = new List<(bool, byte[])>();
        var names = new List<string>();
        for (int i = 0; i < pieces.Count; i++)
        {
            if (!pieces[i].IsCapture)
            {
                continue;
            }
            string name = pieces[i].Text;
            Piece? next = i + 1 < pieces.Count ? pieces[i + 1] : null;
            if (next is { IsCapture: true })
            {
                error = $"two captures follow each other: <{name}><{next.Text}>";
                return false;
            }
            if (name != Skip && names.Contains(name))
            {
                error = $"the capture <{name}> occurs twice";
                return false;
            }
            captures.Add((name != Skip, Encoding.UTF8.GetBytes(next?.Text ?? "")));
            if (name != Skip)
            {
                names.Add(name);
            }
        }
        error = names.Count == 0 ? "at least one named capture is required" : null;
        pattern = error is null ? new LinePattern(prefix, [.. captures], names) : null;
        return pattern is not null;
    }

    /// <summary>Fills <paramref name="found"/> with what the first named captures are; returns how many have a value.</summary>
    public int Match(ReadOnlySpan<byte> text, Span<Range> found)
    {
        if (text.IsEmpty || !text.StartsWith(_prefix))
        {
            return 0;
        }
        int at = _prefix.Length;
        int count = 0;
        foreach ((bool isNamed, byte[] until) in _captures)
        {
            int length = until.Length == 0 ? -1 : text[at..].IndexOf(until);
            int end = length < 0 ? text.Length : at + length;
            if (isNamed)
            {
                found[count++] = at..end;
            }
            if (length < 0)
            {
                break;
            }
            at = end + until.Length;
        }
        return count;
    }

    // "<", a letter or underscore, letters, digits and underscores, ">"; anything else is literal text.
    private static int CaptureLength(ReadOnlySpan<char> text)
    {
        if (text[0] != '<' || text.Length < 3 || !(char.IsAsciiLetter(text[1]) || text[1] == '_'))
        {
            return 0;
        }
        int end = 2;
        while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == '_'))
        {
            end++;
        }
        return end < text.Length && text[end] == '>' ? end + 1 : 0;
    }

    // Captures, and the literal texts around them.
    private static List<Piece> Split(string text)
    {
        var pieces = new List<Piece>();
        int literal = 0;
        int at = 0;
        while (at < text.Length)
        {
            int length = CaptureLength(text.AsSpan(at));
            if (length == 0)
            {
                at++;
                continue;
            }
            if (at > literal)
            {
                pieces.Add(new Piece(false, text[literal..at]));
            }
            pieces.Add(new Piece(true, text.Substring(at + 1, length - 2)));
            at += length;
            literal = at;
        }
        if (literal < text.Length)
        {
            pieces.Add(new Piece(false, text[literal..]));
        }
        return pieces;
    }

    private sealed record Piece(bool IsCapture, string Text);
}
