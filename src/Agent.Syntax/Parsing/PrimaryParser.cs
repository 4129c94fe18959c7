using System.Text;

namespace Agent.Syntax;

/// <summary>Parses what operators work on: names, literals, parentheses, arrays and objects.</summary>
internal sealed class PrimaryParser(TokenReader tokens)
{
    public Expression Parse(ExpressionParser expressions)
    {
        switch (tokens.Kind)
        {
            case TokenKind.Identifier:
                Token name = tokens.Take();
                return new IdentifierExpression { Span = tokens.Span(name), Name = tokens.Literal(name) };
            case TokenKind.String or TokenKind.Number or TokenKind.Float or TokenKind.Bool or TokenKind.Null:
                Token literal = tokens.Take();
                return new LiteralExpression { Span = tokens.Span(literal), Kind = Kind(literal), Text = tokens.Literal(literal) };
            case TokenKind.OpenParen:
                return ParseParen(expressions);
            case TokenKind.OpenBracket:
                return ParseArray(expressions);
            case TokenKind.OpenBrace:
                return ParseObject(expressions);
            default:
                return ParseNothing();
        }
    }

    private static LiteralKind Kind(Token token) => token.Kind switch
    {
        TokenKind.String => LiteralKind.String,
        TokenKind.Number => LiteralKind.Number,
        TokenKind.Float => LiteralKind.Float,
        TokenKind.Bool => LiteralKind.Bool,
        _ => LiteralKind.Null,
    };

    private LiteralExpression ParseNothing()
    {
        tokens.Unexpected("expression");
        TextSpan span = tokens.Span(tokens.Current);
        tokens.SkipExpression();
        return new LiteralExpression { Span = span, Kind = LiteralKind.Null, Text = "null" };
    }

    private ParenExpression ParseParen(ExpressionParser expressions)
    {
        Token open = tokens.Take();
        Expression inner = expressions.Parse();
        Token close = tokens.Expect(TokenKind.CloseParen);
        return new ParenExpression
        {
            Span = tokens.Span(open).To(tokens.Span(close)),
            Inner = inner,
            Height = inner.Height + 1,
        };
    }

    private ArrayExpression ParseArray(ExpressionParser expressions)
    {
        Token open = tokens.Take();
        IReadOnlyList<Expression> elements = expressions.ParseList(TokenKind.CloseBracket);
        Token close = tokens.Expect(TokenKind.CloseBracket);
        return new ArrayExpression
        {
            Span = tokens.Span(open).To(tokens.Span(close)),
            Elements = elements,
            OpenBracket = tokens.Span(open),
            CloseBracket = tokens.Span(close),
            Height = ExpressionParser.HeightOf(elements) + 1,
        };
    }

    private ObjectExpression ParseObject(ExpressionParser expressions)
    {
        Token open = tokens.Take();
        var fields = new List<ObjectField>();
        // Alloy's parser gives "{]" the shorter message "expected }".
        if (tokens.Kind != TokenKind.CloseBracket)
        {
            ParseFields(expressions, fields);
        }
        Token close = tokens.Expect(TokenKind.CloseBrace);
        int height = 0;
        foreach (ObjectField field in fields)
        {
            height = Math.Max(height, field.Value.Height);
        }
        return new ObjectExpression
        {
            Span = tokens.Span(open).To(tokens.Span(close)),
            Fields = fields,
            OpenBrace = tokens.Span(open),
            CloseBrace = tokens.Span(close),
            Height = height + 1,
        };
    }

    private void ParseFields(ExpressionParser expressions, List<ObjectField> fields)
    {
        while (tokens.Kind is not (TokenKind.CloseBrace or TokenKind.EndOfFile))
        {
            fields.Add(ParseField(expressions));
            if (tokens.Kind == TokenKind.CloseBrace)
            {
                break;
            }
            if (tokens.Kind != TokenKind.Comma)
            {
                tokens.Error(SyntaxCode.UnexpectedToken, "missing ',' in field list");
            }
            tokens.Take();
        }
    }

    private ObjectField ParseField(ExpressionParser expressions)
    {
        Token key = tokens.Current;
        string name = tokens.Literal(key);
        bool quoted = false;
        if (tokens.Kind is TokenKind.String or TokenKind.Identifier)
        {
            if (tokens.Kind == TokenKind.String && key.End - key.Start > 2)
            {
                name = Encoding.UTF8.GetString(tokens.Source.Bytes[(key.Start + 1)..(key.End - 1)]);
                quoted = true;
            }
            tokens.Take();
        }
        else
        {
            tokens.Unexpected("field name (string or identifier)");
            tokens.SkipTo(TokenKind.Assign);
        }
        tokens.Expect(TokenKind.Assign);
        Expression value = expressions.Parse();
        return new ObjectField
        {
            Span = tokens.Span(key).To(value.Span),
            Name = name,
            NameSpan = tokens.Span(key),
            Quoted = quoted,
            Value = value,
        };
    }
}
