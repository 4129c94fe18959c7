namespace Agent.Syntax;

/// <summary>Hands tokens to the parsers, keeps comments aside, and reports errors: one a line, so that one slip is told once.</summary>
internal sealed class TokenReader
{
    private readonly Lexer _lexer;
    private readonly DiagnosticBag _diagnostics;
    private readonly List<IReadOnlyList<Comment>> _commentGroups = [];
    private int _lastErrorLine;
    private int _depth;
    private bool _stopped;

    public TokenReader(SourceText source, DiagnosticBag diagnostics)
    {
        Source = source;
        _diagnostics = diagnostics;
        _lexer = new Lexer(source, diagnostics, keepComments: true);
        Advance();
    }

    public SourceText Source { get; }

    public Token Current { get; private set; }

    public TokenKind Kind => Current.Kind;

    public IReadOnlyList<IReadOnlyList<Comment>> CommentGroups => _commentGroups;

    public TextSpan Span(Token token) => new(Source, token.Start, token.End);

    /// <summary>The text of a token; empty for operators.</summary>
    public string Literal(Token token) => _lexer.Literal(token);

    public Token Take()
    {
        Token taken = Current;
        Advance();
        return taken;
    }

    /// <summary>Takes the current token and reports it where it is another than <paramref name="kind"/>.</summary>
    public Token Expect(TokenKind kind)
    {
        if (Kind != kind)
        {
            Unexpected(kind.Text());
        }
        return Take();
    }

    /// <summary>Skips to a token of a kind, or to the end.</summary>
    public void SkipTo(TokenKind kind)
    {
        while (Kind != kind && Kind != TokenKind.EndOfFile)
        {
            Advance();
        }
    }

    /// <summary>Skips to where an expression at the latest ends.</summary>
    public void SkipExpression()
    {
        while (Kind is not (TokenKind.Terminator or TokenKind.CloseParen or TokenKind.CloseBrace
            or TokenKind.CloseBracket or TokenKind.Comma or TokenKind.EndOfFile))
        {
            Advance();
        }
    }

    /// <summary>Skips to the terminator of the current statement, over all brackets that open on the way.</summary>
    public void SkipStatement()
    {
        int braces = 0, brackets = 0, parens = 0;
        while (Kind != TokenKind.EndOfFile)
        {
            switch (Kind)
            {
                case TokenKind.OpenBrace: braces++; break;
                case TokenKind.CloseBrace: braces--; break;
                case TokenKind.OpenBracket: brackets++; break;
                case TokenKind.CloseBracket: brackets--; break;
                case TokenKind.OpenParen: parens++; break;
                case TokenKind.CloseParen: parens--; break;
                // A count is negative where the statement began inside the bracket that closed.
                case TokenKind.Terminator when braces <= 0 && brackets <= 0 && parens <= 0: return;
                default: break;
            }
            Advance();
        }
    }

    /// <summary>Reports that something else was expected at the current token.</summary>
    public void Unexpected(string expected) =>
        Error(SyntaxCode.UnexpectedToken, $"expected {expected}, got {Kind.Text()}");

    /// <summary>Reports an error at the current token, unless its line had one.</summary>
    public void Error(string code, string message)
    {
        int line = Source.Position(Current.Start).Line;
        if (line == _lastErrorLine || _stopped)
        {
            return;
        }
        _lastErrorLine = line;
        _diagnostics.Error(code, new TextSpan(Source, Current.Start, Current.Start), message);
    }

    /// <summary>Reports an error over a range of bytes, whatever else its line had.</summary>
    public void ErrorOver(string code, int start, int end, string message)
    {
        if (!_stopped)
        {
            _diagnostics.Error(code, new TextSpan(Source, start, Math.Min(end, Source.Bytes.Length)), message);
        }
    }

    /// <summary>Counts one level of nesting; every call is matched by <see cref="Leave"/>.</summary>
    public void Enter()
    {
        _depth++;
        CheckDepth(_depth);
    }

    public void Leave() => _depth--;

    /// <summary>Ends reading for good where something nests too deep.</summary>
    public void CheckDepth(int depth)
    {
        if (depth <= Parser.MaxDepth || _stopped)
        {
            return;
        }
        _diagnostics.Error(
            SyntaxCode.TooDeep,
            new TextSpan(Source, Current.Start, Current.Start),
            $"cannot read configuration: nested more than {Parser.MaxDepth} levels deep");
        _stopped = true;
        Current = EndOfFile();
    }

    private void Advance()
    {
        if (_stopped)
        {
            Current = EndOfFile();
            return;
        }
        Current = _lexer.Next();
        while (Kind == TokenKind.Comment)
        {
            _commentGroups.Add(TakeCommentGroup());
        }
    }

    private Token EndOfFile() => new(TokenKind.EndOfFile, Source.Bytes.Length, Source.Bytes.Length);

    private List<Comment> TakeCommentGroup()
    {
        var group = new List<Comment>();
        int endLine = Source.Position(Current.Start).Line;
        while (Kind == TokenKind.Comment)
        {
            int line = Source.Position(Current.Start).Line;
            if (line > endLine + 1)
            {
                break;
            }
            group.Add(new Comment { Span = Span(Current), Text = Literal(Current) });
            endLine = line + Source.Bytes[Current.Start..Current.End].Count((byte)'\n');
            Current = _lexer.Next();
        }
        return group;
    }
}
