using System.Text;
using Agent.Components.Common.GoTemplate.Values;

namespace Agent.Components.Common.GoTemplate.Syntax;

/// <summary>Cuts a template, given as bytes in chars, into tokens. After an error or the end nothing follows.</summary>
internal sealed class TemplateLexer(string input)
{
    private const string Left = "{{";
    private const string Right = "}}";
    private const string CommentStart = "/*";
    private const string CommentEnd = "*/";
    private const int TrimLength = 2;
    private const string White = " \t\r\n";

    private readonly List<TemplateToken> _tokens = [];
    private int _at;
    private int _parens;

    public static List<TemplateToken> Read(string input)
    {
        var lexer = new TemplateLexer(input);
        while (lexer.Text() && lexer.Action())
        {
        }
        return lexer._tokens;
    }

    private ReadOnlySpan<char> Rest => input.AsSpan(_at);

    /// <summary>Takes text up to an action; false at the end.</summary>
    private bool Text()
    {
        int start = _at;
        int found = input.IndexOf(Left, _at, StringComparison.Ordinal);
        int end = found < 0 ? input.Length : found;
        ReadOnlySpan<char> text = input.AsSpan(start, end - start);
        if (found >= 0 && TrimsLeft(found + Left.Length))
        {
            text = text.TrimEnd(White);
        }
        if (text.Length > 0)
        {
            _tokens.Add(new TemplateToken(TokenKind.Text, text.ToString(), start));
        }
        _at = end;
        if (found < 0)
        {
            _tokens.Add(new TemplateToken(TokenKind.End, "", _at));
            return false;
        }
        return true;
    }

    private bool TrimsLeft(int at) => at + 1 < input.Length && input[at] == '-' && White.Contains(input[at + 1]);

    private bool AtRightDelimiter(out bool trims)
    {
        trims = Rest.Length >= TrimLength && White.Contains(Rest[0]) && Rest[1] == '-' && Rest[TrimLength..].StartsWith(Right);
        return trims || Rest.StartsWith(Right);
    }

    /// <summary>Takes an action or a comment; false after an error.</summary>
    private bool Action()
    {
        int start = _at;
        int after = _at + Left.Length;
        after += TrimsLeft(after) ? TrimLength : 0;
        if (input.AsSpan(after).StartsWith(CommentStart))
        {
            _at = after;
            return Comment();
        }
        _tokens.Add(new TemplateToken(TokenKind.LeftDelimiter, Left, start));
        _at = after;
        _parens = 0;
        while (true)
        {
            if (AtRightDelimiter(out bool trims))
            {
                return _parens == 0 ? EndAction(trims) : Fail("unclosed left paren");
            }
            if (!Inside())
            {
                return false;
            }
        }
    }

    private bool Comment()
    {
        int end = input.IndexOf(CommentEnd, _at + CommentStart.Length, StringComparison.Ordinal);
        if (end < 0)
        {
            return Fail("unclosed comment");
        }
        _at = end + CommentEnd.Length;
        if (!AtRightDelimiter(out bool trims))
        {
            return Fail("comment ends before closing delimiter");
        }
        SkipRightDelimiter(trims);
        return true;
    }

    private bool EndAction(bool trims)
    {
        _tokens.Add(new TemplateToken(TokenKind.RightDelimiter, Right, _at + (trims ? TrimLength : 0)));
        SkipRightDelimiter(trims);
        return true;
    }

    private void SkipRightDelimiter(bool trims)
    {
        _at += Right.Length + (trims ? TrimLength : 0);
        while (trims && _at < input.Length && White.Contains(input[_at]))
        {
            _at++;
        }
    }

    private bool Inside()
    {
        if (_at >= input.Length)
        {
            return Fail("unclosed action");
        }
        int start = _at;
        char next = input[_at];
        switch (next)
        {
            case ' ' or '\t' or '\r' or '\n':
                return Space();
            case '=' or '|' or ',' or '(' or ')':
                return Sign(next);
            case ':':
                _at += 2;
                return _at <= input.Length && input[start + 1] == '=' ? Emit(TokenKind.Declare, start) : FailAt(start, "expected :=");
            case '"':
                return Quoted(TokenKind.String, '"', "unterminated quoted string");
            case '\'':
                return Quoted(TokenKind.Character, '\'', "unterminated character constant");
            case '`':
                int end = input.IndexOf('`', _at + 1);
                _at = end + 1;
                return end >= 0 ? Emit(TokenKind.RawString, start) : FailAt(start, "unterminated raw quoted string");
            case '$':
                _at++;
                return Name(TokenKind.Variable, start);
            case '.' when start + 1 >= input.Length || !char.IsAsciiDigit(input[start + 1]):
                _at++;
                return Name(TokenKind.Field, start);
            case '.' or '+' or '-' or (>= '0' and <= '9'):
                return Number();
            default:
                return Word();
        }
    }

    // A run of white space, without the one that belongs to a trim marker after it.
    private bool Space()
    {
        int start = _at;
        while (_at < input.Length && White.Contains(input[_at]) && !(AtRightDelimiter(out bool trims) && trims))
        {
            _at++;
        }
        return Emit(TokenKind.Space, start);
    }

    private bool Sign(char sign)
    {
        int start = _at++;
        _parens += sign == '(' ? 1 : sign == ')' ? -1 : 0;
        if (_parens < 0)
        {
            return FailAt(start, "unexpected right paren");
        }
        return Emit(
            sign switch
            {
                '=' => TokenKind.Assign,
                '|' => TokenKind.Pipe,
                '(' => TokenKind.LeftParen,
                ')' => TokenKind.RightParen,
                _ => TokenKind.Char,
            },
            start);
    }

    private bool Quoted(TokenKind kind, char quote, string unterminated)
    {
        int start = _at++;
        while (_at < input.Length && input[_at] != '\n')
        {
            char taken = input[_at++];
            if (taken == quote)
            {
                return Emit(kind, start);
            }
            if (taken == '\\')
            {
                if (_at >= input.Length || input[_at] == '\n')
                {
                    break;
                }
                _at++;
            }
        }
        return FailAt(start, unterminated);
    }

    // What follows a dot or a dollar sign; alone, these are the cursor and the data.
    private bool Name(TokenKind kind, int start)
    {
        if (AtTerminator())
        {
            return Emit(kind == TokenKind.Field ? TokenKind.Dot : kind, start);
        }
        TakeAlphanumerics();
        return AtTerminator() ? Emit(kind, start) : BadCharacter();
    }

    private bool Word()
    {
        int start = _at;
        TakeAlphanumerics();
        if (_at == start)
        {
            Rune rune = GoText.RuneAt(input, _at, out int width);
            _at += width;
            return rune.IsAscii && rune.Value is > ' ' and < 0x7f
                ? Emit(TokenKind.Char, start)
                : FailAt(start, $"unrecognized character in action: {Describe(rune)}");
        }
        if (!AtTerminator())
        {
            return BadCharacter();
        }
        return Emit(
            input.AsSpan(start, _at - start) switch
            {
                "true" or "false" => TokenKind.Bool,
                "nil" => TokenKind.Nil,
                "block" or "break" or "continue" or "define" or "else" or "end" or "if" or "range" or "template" or "with" => TokenKind.Keyword,
                _ => TokenKind.Identifier,
            },
            start);
    }

    // Takes what looks like a number; whether it is one is decided by the parser.
    private bool Number()
    {
        int start = _at;
        TakeNumber();
        if (_at < input.Length && input[_at] is '+' or '-')
        {
            TakeNumber();
            if (input[_at - 1] != 'i')
            {
                return FailAt(start, "bad number syntax: " + Formatting.GoQuoting.Quote(input[start.._at]));
            }
        }
        int end = _at;
        TakeAlphanumerics();
        return _at == end
            ? Emit(TokenKind.Number, start)
            : FailAt(start, "bad number syntax: " + Formatting.GoQuoting.Quote(input[start..(end + 1)]));
    }

    private void TakeNumber()
    {
        Take("+-", one: true);
        string digits = "0123456789_";
        bool hex = false;
        if (Take("0", one: true))
        {
            hex = Take("xX", one: true);
            digits = hex ? "0123456789abcdefABCDEF_" : Take("oO", one: true) ? "01234567_" : Take("bB", one: true) ? "01_" : digits;
        }
        Take(digits);
        if (Take(".", one: true))
        {
            Take(digits);
        }
        if (Take(hex ? "pP" : "eE", one: true))
        {
            Take("+-", one: true);
            Take("0123456789_");
        }
        Take("i", one: true);
    }

    private bool Take(string set, bool one = false)
    {
        int start = _at;
        while (_at < input.Length && set.Contains(input[_at]) && !(one && _at > start))
        {
            _at++;
        }
        return _at > start;
    }

    private void TakeAlphanumerics()
    {
        while (_at < input.Length)
        {
            Rune rune = GoText.RuneAt(input, _at, out int width);
            if (rune.Value != '_' && !Rune.IsLetter(rune) && !Rune.IsDigit(rune))
            {
                return;
            }
            _at += width;
        }
    }

    private bool AtTerminator() => _at >= input.Length || White.Contains(input[_at]) || ".,|:)(".Contains(input[_at]) || Rest.StartsWith(Right);

    private bool BadCharacter() => FailAt(_at, $"bad character {Describe(GoText.RuneAt(input, _at, out _))}");

    private static string Describe(Rune rune) =>
        $"U+{rune.Value:X4}" + (GoText.IsPrintable(rune) ? $" '{rune}'" : "");

    private bool Emit(TokenKind kind, int start)
    {
        _tokens.Add(new TemplateToken(kind, input[start.._at], start));
        return true;
    }

    private bool Fail(string message) => FailAt(_at, message);

    private bool FailAt(int at, string message)
    {
        _tokens.Add(new TemplateToken(TokenKind.Error, message, at));
        return false;
    }
}
