using System.Text;

namespace Agent.Syntax;

/// <summary>Parses bodies, attributes and blocks.</summary>
internal sealed class StatementParser
{
    private readonly TokenReader _tokens;

    public StatementParser(TokenReader tokens)
    {
        _tokens = tokens;
        Expressions = new ExpressionParser(tokens, this);
    }

    public ExpressionParser Expressions { get; }

    /// <summary>Statements up to, not including, the token <paramref name="until"/>.</summary>
    public IReadOnlyList<Statement> ParseBody(TokenKind until)
    {
        var body = new List<Statement>();
        _tokens.Enter();
        while (_tokens.Kind != until && _tokens.Kind != TokenKind.EndOfFile)
        {
            if (ParseStatement() is { } statement)
            {
                body.Add(statement);
            }
            if (_tokens.Kind == until)
            {
                break;
            }
            if (_tokens.Kind != TokenKind.Terminator)
            {
                _tokens.Unexpected(TokenKind.Terminator.Text());
                _tokens.SkipStatement();
            }
            _tokens.Take();
        }
        _tokens.Leave();
        return body;
    }

    private Statement? ParseStatement()
    {
        if (ParseName() is { } name)
        {
            switch (_tokens.Kind)
            {
                case TokenKind.Assign:
                    return ParseAttribute(name);
                case TokenKind.OpenBrace:
                    return ParseBlock(name);
                default:
                    _tokens.Unexpected(name.CanBeAttribute ? "attribute assignment or block body" : "block body");
                    break;
            }
        }
        // The next identifier may start a statement again.
        _tokens.SkipTo(TokenKind.Identifier);
        return null;
    }

    private AttributeStatement ParseAttribute(StatementName name)
    {
        _tokens.Take();
        int start = name.Span.Start;
        if (name.Parts.Count != 1)
        {
            _tokens.ErrorOver(
                SyntaxCode.BadAttributeName,
                start,
                start + Encoding.UTF8.GetByteCount(string.Join('.', name.Parts)),
                "attribute names may only consist of a single identifier with no \".\"");
        }
        else if (name.LabelSpan.Source is not null)
        {
            int quotedLength = Encoding.UTF8.GetByteCount(name.Label ?? "") + 2;
            _tokens.ErrorOver(
                SyntaxCode.BadAttributeName,
                name.LabelSpan.Start,
                name.LabelSpan.Start + quotedLength,
                "attribute names may not have labels");
        }
        Expression value = Expressions.Parse();
        return new AttributeStatement
        {
            Span = name.Span.To(value.Span),
            Name = new Identifier { Span = name.Span, Name = name.Parts[0] },
            Value = value,
        };
    }

    private BlockStatement ParseBlock(StatementName name)
    {
        Token open = _tokens.Take();
        IReadOnlyList<Statement> body = ParseBody(TokenKind.CloseBrace);
        Token close = _tokens.Expect(TokenKind.CloseBrace);
        return new BlockStatement
        {
            Span = name.Span.To(_tokens.Span(close)),
            Name = name.Parts,
            NameSpan = name.Span,
            Label = name.Label,
            LabelSpan = name.LabelSpan,
            OpenBrace = _tokens.Span(open),
            Body = body,
            CloseBrace = _tokens.Span(close),
        };
    }

    private StatementName? ParseName()
    {
        if (_tokens.Kind != TokenKind.Identifier)
        {
            _tokens.Unexpected("identifier");
            return null;
        }
        Token last = _tokens.Take();
        TextSpan span = _tokens.Span(last);
        var parts = new List<string> { _tokens.Literal(last) };
        while (_tokens.Kind == TokenKind.Dot)
        {
            _tokens.Take();
            if (_tokens.Kind != TokenKind.Identifier)
            {
                // The name is of no use, but what follows may have errors to tell.
                _tokens.Unexpected("identifier");
            }
            last = _tokens.Take();
            parts.Add(_tokens.Literal(last));
            span = span.To(_tokens.Span(last));
        }
        if (_tokens.Kind is TokenKind.Assign or TokenKind.OpenBrace)
        {
            return new StatementName(parts, span, null, default);
        }
        if (_tokens.Kind != TokenKind.String)
        {
            _tokens.Unexpected("block label");
            _tokens.Take();
            return new StatementName(parts, span, null, default);
        }
        string? label = CheckLabel(_tokens.Current);
        return new StatementName(parts, span, label, _tokens.Span(_tokens.Take()));
    }

    private string? CheckLabel(Token token)
    {
        ReadOnlySpan<byte> quoted = _tokens.Source.Bytes[token.Start..token.End];
        if (quoted[0] != (byte)'"')
        {
            _tokens.Error(
                SyntaxCode.BadLabel,
                $"expected block label to be a double quoted string, but got {StringLiteral.Quote(quoted)}");
        }
        if (quoted.Length <= 2)
        {
            return null;
        }
        ReadOnlySpan<byte> label = quoted[1..^1];
        if (!IdentifierText.IsValid(label))
        {
            _tokens.Error(
                SyntaxCode.BadLabel,
                $"expected block label to be a valid identifier, but got {StringLiteral.Quote(label)}");
        }
        return Encoding.UTF8.GetString(label);
    }
}
