using System.Text;

namespace Agent.Syntax;

/// <summary>Cuts a source into tokens.</summary>
/// <remarks>
/// A line break behind a token that can end a statement becomes a <see cref="TokenKind.Terminator"/>; all other line
/// breaks are white space. A comment that reaches the end of its line does not hide the terminator, which then stands
/// before the comment.
/// </remarks>
internal sealed class Lexer
{
    private readonly SourceText _source;
    private readonly CharReader _chars;
    private readonly LiteralScanner _literals;
    private readonly bool _keepComments;
    private bool _terminates;

    public Lexer(SourceText source, DiagnosticBag diagnostics, bool keepComments)
    {
        _source = source;
        _chars = new CharReader(source, diagnostics);
        _literals = new LiteralScanner(_chars);
        _keepComments = keepComments;
    }

    /// <summary>The next token; <see cref="TokenKind.EndOfFile"/> over and over at the end.</summary>
    public Token Next()
    {
        while (true)
        {
            SkipWhiteSpace();
            int start = _chars.Offset;
            bool terminated = _terminates;
            if (terminated && EndsStatement())
            {
                _terminates = false;
                return new Token(TokenKind.Terminator, start, start);
            }
            TokenKind kind = Scan(start);
            _terminates = kind == TokenKind.Illegal && !StartsString(start) ? terminated : CanEndStatement(kind);
            if (kind != TokenKind.Comment || _keepComments)
            {
                return new Token(kind, start, _chars.Offset);
            }
        }
    }

    /// <summary>A token's text as Alloy's scanner gives it: empty for operators, comments without carriage returns.</summary>
    public string Literal(Token token)
    {
        ReadOnlySpan<byte> bytes = _source.Bytes[token.Start..token.End];
        return token.Kind switch
        {
            TokenKind.Terminator => "\n",
            TokenKind.Comment => CommentText.Of(bytes),
            >= TokenKind.Identifier and <= TokenKind.Null or TokenKind.Illegal => Encoding.UTF8.GetString(bytes),
            _ => "",
        };
    }

    private static bool CanEndStatement(TokenKind kind) => kind is (>= TokenKind.Identifier and <= TokenKind.Null)
        or TokenKind.CloseBrace or TokenKind.CloseParen or TokenKind.CloseBracket or TokenKind.Illegal;

    /// <summary>True at a line break, at the end of the source, and before comments that run on to one of them.</summary>
    private bool EndsStatement() => _chars.Current switch
    {
        '\n' => ConsumeLineBreak(),
        CharReader.EndOfFile => true,
        '/' when _chars.Peek is (byte)'/' or (byte)'*' => OnlyCommentsLeftOnLine(),
        _ => false,
    };

    private bool ConsumeLineBreak()
    {
        _chars.Advance();
        return true;
    }

    private bool StartsString(int start) => start < _source.Bytes.Length && _source.Bytes[start] == (byte)'\'';

    private TokenKind Scan(int start)
    {
        int first = _chars.Current;
        if (Utf8Text.IsLetter(first))
        {
            return ScanWord(start);
        }
        if (first is >= '0' and <= '9' || (first == '.' && _chars.Peek is >= (byte)'0' and <= (byte)'9'))
        {
            return _literals.ScanNumber();
        }
        if (first == CharReader.EndOfFile)
        {
            return TokenKind.EndOfFile;
        }
        _chars.Advance();
        return first switch
        {
            '"' => _literals.ScanString(start, '"'),
            '`' => _literals.ScanRawString(start),
            '\'' => ScanSingleQuoted(start),
            '/' when _chars.Current is '/' or '*' => _literals.ScanComment(start),
            _ => ScanOperator(first, start),
        };
    }

    private TokenKind ScanWord(int start)
    {
        do
        {
            _chars.Advance();
        }
        while (Utf8Text.IsLetter(_chars.Current) || Utf8Text.IsDigit(_chars.Current));
        ReadOnlySpan<byte> word = _source.Bytes[start.._chars.Offset];
        if (!IdentifierText.IsKeyword(word))
        {
            return TokenKind.Identifier;
        }
        return word[0] == (byte)'n' ? TokenKind.Null : TokenKind.Bool;
    }

    private TokenKind ScanSingleQuoted(int start)
    {
        _chars.Error(start, "illegal single-quoted string; use double quotes");
        _literals.ScanString(start, '\'');
        return TokenKind.Illegal;
    }

    private TokenKind ScanOperator(int first, int start) => first switch
    {
        '|' => Doubled('|', TokenKind.Or),
        '&' => Doubled('&', TokenKind.And),
        '!' => WithEquals(TokenKind.Not, TokenKind.NotEqual),
        '=' => WithEquals(TokenKind.Assign, TokenKind.Equal),
        '<' => WithEquals(TokenKind.Less, TokenKind.LessOrEqual),
        '>' => WithEquals(TokenKind.Greater, TokenKind.GreaterOrEqual),
        '+' => TokenKind.Add,
        '-' => TokenKind.Subtract,
        '*' => TokenKind.Multiply,
        '/' => TokenKind.Divide,
        '%' => TokenKind.Modulo,
        '^' => TokenKind.Power,
        '{' => TokenKind.OpenBrace,
        '}' => TokenKind.CloseBrace,
        '(' => TokenKind.OpenParen,
        ')' => TokenKind.CloseParen,
        '[' => TokenKind.OpenBracket,
        ']' => TokenKind.CloseBracket,
        ',' => TokenKind.Comma,
        '.' => TokenKind.Dot,
        _ => IllegalCharacter(first, start),
    };

    private TokenKind IllegalCharacter(int character, int start)
    {
        // The reader has reported a byte order mark already.
        if (!CharReader.IsByteOrderMark(character))
        {
            _chars.Error(start, $"illegal character {CharReader.Describe(character)}");
        }
        return TokenKind.Illegal;
    }

    private TokenKind Doubled(char second, TokenKind kind)
    {
        if (_chars.Current == second)
        {
            _chars.Advance();
        }
        else
        {
            _chars.Error(_chars.Offset, $"missing second {second} in {second}{second}");
        }
        return kind;
    }

    private TokenKind WithEquals(TokenKind alone, TokenKind together)
    {
        if (_chars.Current != '=')
        {
            return alone;
        }
        _chars.Advance();
        return together;
    }

    private void SkipWhiteSpace()
    {
        while (_chars.Current is ' ' or '\t' or '\r' || (_chars.Current == '\n' && !_terminates))
        {
            _chars.Advance();
        }
    }

    /// <summary>Looks ahead over comments from the current one, then comes back to it.</summary>
    private bool OnlyCommentsLeftOnLine()
    {
        int start = _chars.Offset;
        _chars.Advance();
        bool reached = CommentsReachLineEnd();
        _chars.Rewind(start);
        return reached;
    }

    private bool CommentsReachLineEnd()
    {
        while (_chars.Current is '/' or '*')
        {
            if (_chars.Current == '/' || BlockCommentHasLineBreak())
            {
                return true;
            }
            SkipWhiteSpace();
            if (_chars.Current is CharReader.EndOfFile or '\n')
            {
                return true;
            }
            if (_chars.Current != '/')
            {
                return false;
            }
            _chars.Advance();
        }
        return false;
    }

    private bool BlockCommentHasLineBreak()
    {
        _chars.Advance();
        while (_chars.Current != CharReader.EndOfFile)
        {
            int character = _chars.Current;
            if (character == '\n')
            {
                return true;
            }
            _chars.Advance();
            if (character == '*' && _chars.Current == '/')
            {
                _chars.Advance();
                break;
            }
        }
        return false;
    }
}
