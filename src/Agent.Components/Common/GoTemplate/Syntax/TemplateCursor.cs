using System.Text;
using Agent.Components.Common.GoTemplate.Values;

namespace Agent.Components.Common.GoTemplate.Syntax;

/// <summary>How far a template, given as bytes in chars, has been cut, and the tokens so far.</summary>
internal sealed class TemplateCursor(string input)
{
    public const string Right = "}}";
    public const string White = " \t\r\n";

    /// <summary>A dash and the white space that it needs.</summary>
    public const int TrimLength = 2;

    public string Input => input;

    public int At { get; set; }

    public List<TemplateToken> Tokens { get; } = [];

    public bool IsAtEnd => At >= input.Length;

    private ReadOnlySpan<char> Rest => input.AsSpan(At);

    public bool IsAtWhite => !IsAtEnd && White.Contains(input[At]);

    public bool AtRightDelimiter(out bool trims)
    {
        trims = Rest.Length >= TrimLength && White.Contains(Rest[0]) && Rest[1] == '-' && Rest[TrimLength..].StartsWith(Right);
        return trims || Rest.StartsWith(Right);
    }

    /// <summary>Whether a name or word may end here.</summary>
    public bool AtTerminator() => IsAtEnd || IsAtWhite || ".,|:)(".Contains(input[At]) || Rest.StartsWith(Right);

    /// <summary>Takes characters of a set, or one at most; false where there is none.</summary>
    public bool Take(string set, bool one = false)
    {
        int start = At;
        while (!IsAtEnd && set.Contains(input[At]) && !(one && At > start))
        {
            At++;
        }
        return At > start;
    }

    public void TakeAlphanumerics()
    {
        while (!IsAtEnd)
        {
            Rune rune = GoText.RuneAt(input, At, out int width);
            if (rune.Value != '_' && !Rune.IsLetter(rune) && !Rune.IsDigit(rune))
            {
                return;
            }
            At += width;
        }
    }

    /// <summary>Adds a token of what was taken; true, for who goes on after it.</summary>
    public bool Emit(TokenKind kind, int start)
    {
        Tokens.Add(new TemplateToken(kind, input[start..At], start));
        return true;
    }

    /// <summary>Ends the tokens with an error; false, for who ends with it.</summary>
    public bool FailAt(int at, string message)
    {
        Tokens.Add(new TemplateToken(TokenKind.Error, message, at));
        return false;
    }

    public bool Fail(string message) => FailAt(At, message);
}
