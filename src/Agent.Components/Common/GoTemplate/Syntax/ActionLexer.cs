using System.Text;
using Agent.Components.Common.GoTemplate.Values;

namespace Agent.Components.Common.GoTemplate.Syntax;

/// <summary>Cuts what stands between the delimiters of an action: names, constants, signs.</summary>
internal sealed class ActionLexer(TemplateCursor cursor)
{
    private int _parens;

    /// <summary>Whether a parenthesis is open.</summary>
    public bool IsOpen => _parens > 0;

    private string Input => cursor.Input;

    /// <summary>Starts with an action.</summary>
    public void Begin() => _parens = 0;

    /// <summary>Takes the next token; false after an error.</summary>
    public bool Next()
    {
        if (cursor.IsAtEnd)
        {
            return cursor.Fail("unclosed action");
        }
        int start = cursor.At;
        char next = Input[cursor.At];
        switch (next)
        {
            case ' ' or '\t' or '\r' or '\n':
                return Space();
            case '=' or '|' or ',' or '(' or ')':
                return Sign(next);
            case ':':
                cursor.At += 2;
                return cursor.At <= Input.Length && Input[start + 1] == '=' ? cursor.Emit(TokenKind.Declare, start) : cursor.FailAt(start, "expected :=");
            case '"':
                return Quoted(TokenKind.String, '"', "unterminated quoted string");
            case '\'':
                return Quoted(TokenKind.Character, '\'', "unterminated character constant");
            case '`':
                int end = Input.IndexOf('`', cursor.At + 1);
                cursor.At = end + 1;
                return end >= 0 ? cursor.Emit(TokenKind.RawString, start) : cursor.FailAt(start, "unterminated raw quoted string");
            case '$':
                cursor.At++;
                return Name(TokenKind.Variable, start);
            case '.' when start + 1 >= Input.Length || !char.IsAsciiDigit(Input[start + 1]):
                cursor.At++;
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
        int start = cursor.At;
        while (cursor.IsAtWhite && !(cursor.AtRightDelimiter(out bool trims) && trims))
        {
            cursor.At++;
        }
        return cursor.Emit(TokenKind.Space, start);
    }

    private bool Sign(char sign)
    {
        int start = cursor.At++;
        _parens += sign == '(' ? 1 : sign == ')' ? -1 : 0;
        if (_parens < 0)
        {
            return cursor.FailAt(start, "unexpected right paren");
        }
        return cursor.Emit(
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
        int start = cursor.At++;
        while (!cursor.IsAtEnd && Input[cursor.At] != '\n')
        {
            char taken = Input[cursor.At++];
            if (taken == quote)
            {
                return cursor.Emit(kind, start);
            }
            if (taken == '\\')
            {
                if (cursor.IsAtEnd || Input[cursor.At] == '\n')
                {
                    break;
                }
                cursor.At++;
            }
        }
        return cursor.FailAt(start, unterminated);
    }

    // What follows a dot or a dollar sign; alone, these are the cursor and the data.
    private bool Name(TokenKind kind, int start)
    {
        if (cursor.AtTerminator())
        {
            return cursor.Emit(kind == TokenKind.Field ? TokenKind.Dot : kind, start);
        }
        cursor.TakeAlphanumerics();
        return cursor.AtTerminator() ? cursor.Emit(kind, start) : BadCharacter();
    }

    private bool Word()
    {
        int start = cursor.At;
        cursor.TakeAlphanumerics();
        if (cursor.At == start)
        {
            Rune rune = GoText.RuneAt(Input, cursor.At, out int width);
            cursor.At += width;
            return rune.IsAscii && rune.Value is > ' ' and < 0x7f
                ? cursor.Emit(TokenKind.Char, start)
                : cursor.FailAt(start, $"unrecognized character in action: {Describe(rune)}");
        }
        if (!cursor.AtTerminator())
        {
            return BadCharacter();
        }
        return cursor.Emit(
            Input.AsSpan(start, cursor.At - start) switch
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
        int start = cursor.At;
        TakeNumber();
        if (!cursor.IsAtEnd && Input[cursor.At] is '+' or '-')
        {
            TakeNumber();
            if (Input[cursor.At - 1] != 'i')
            {
                return cursor.FailAt(start, "bad number syntax: " + Formatting.GoQuoting.Quote(Input[start..cursor.At]));
            }
        }
        int end = cursor.At;
        cursor.TakeAlphanumerics();
        return cursor.At == end
            ? cursor.Emit(TokenKind.Number, start)
            : cursor.FailAt(start, "bad number syntax: " + Formatting.GoQuoting.Quote(Input[start..(end + 1)]));
    }

    private void TakeNumber()
    {
        cursor.Take("+-", one: true);
        string digits = "0123456789_";
        bool hex = false;
        if (cursor.Take("0", one: true))
        {
            hex = cursor.Take("xX", one: true);
            digits = hex ? "0123456789abcdefABCDEF_" : cursor.Take("oO", one: true) ? "01234567_" : cursor.Take("bB", one: true) ? "01_" : digits;
        }
        cursor.Take(digits);
        if (cursor.Take(".", one: true))
        {
            cursor.Take(digits);
        }
        if (cursor.Take(hex ? "pP" : "eE", one: true))
        {
            cursor.Take("+-", one: true);
            cursor.Take("0123456789_");
        }
        cursor.Take("i", one: true);
    }

    private bool BadCharacter() => cursor.FailAt(cursor.At, $"bad character {Describe(GoText.RuneAt(Input, cursor.At, out _))}");

    private static string Describe(Rune rune) =>
        $"U+{rune.Value:X4}" + (GoText.IsPrintable(rune) ? $" '{rune}'" : "");
}
