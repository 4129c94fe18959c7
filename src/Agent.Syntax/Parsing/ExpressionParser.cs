namespace Agent.Syntax;

/// <summary>Parses expressions by precedence climbing.</summary>
internal sealed class ExpressionParser(TokenReader tokens, StatementParser statements)
{
    private const int LoosestPrecedence = 1;

    private readonly PrimaryParser _primaries = new(tokens);

    public Expression Parse() => ParseBinary(LoosestPrecedence);

    /// <summary>Elements or arguments up to, not including, the token <paramref name="until"/>.</summary>
    public IReadOnlyList<Expression> ParseList(TokenKind until)
    {
        var list = new List<Expression>();
        while (tokens.Kind != until && tokens.Kind != TokenKind.EndOfFile)
        {
            list.Add(Parse());
            if (tokens.Kind == until)
            {
                break;
            }
            if (tokens.Kind != TokenKind.Comma)
            {
                tokens.Error(SyntaxCode.UnexpectedToken, "missing ',' in expression list");
            }
            tokens.Take();
        }
        return list;
    }

    public static int HeightOf(IReadOnlyList<Expression> expressions)
    {
        int height = 0;
        foreach (Expression expression in expressions)
        {
            height = Math.Max(height, expression.Height);
        }
        return height;
    }

    private Expression ParseBinary(int loosest)
    {
        Expression left = ParsePower();
        while (tokens.Kind.Precedence() >= loosest)
        {
            Token op = tokens.Take();
            left = Binary(left, op, ParseBinary(op.Kind.Precedence() + 1));
        }
        return left;
    }

    private Expression ParsePower()
    {
        tokens.Enter();
        Expression left = ParseUnary();
        if (tokens.Kind == TokenKind.Power)
        {
            Token op = tokens.Take();
            left = Binary(left, op, ParsePower());
        }
        tokens.Leave();
        return left;
    }

    private BinaryExpression Binary(Expression left, Token op, Expression right)
    {
        int height = Math.Max(left.Height, right.Height) + 1;
        tokens.CheckDepth(height);
        return new BinaryExpression
        {
            Span = left.Span.To(right.Span),
            Left = left,
            Operator = op.Kind.Operator()!.Value,
            OperatorSpan = tokens.Span(op),
            Right = right,
            Height = height,
        };
    }

    private Expression ParseUnary()
    {
        if (tokens.Kind is not (TokenKind.Not or TokenKind.Subtract))
        {
            return ParseOperations(_primaries.Parse(this));
        }
        Token op = tokens.Take();
        tokens.Enter();
        Expression operand = ParseUnary();
        tokens.Leave();
        return new UnaryExpression
        {
            Span = tokens.Span(op).To(operand.Span),
            Operator = op.Kind == TokenKind.Not ? UnaryOperator.Not : UnaryOperator.Negate,
            OperatorSpan = tokens.Span(op),
            Operand = operand,
            Height = operand.Height + 1,
        };
    }

    /// <summary>Accesses, indexes and calls behind a value.</summary>
    private Expression ParseOperations(Expression value)
    {
        while (true)
        {
            switch (tokens.Kind)
            {
                case TokenKind.Dot:
                    value = ParseAccess(value);
                    break;
                case TokenKind.OpenBracket:
                    value = ParseIndex(value);
                    break;
                case TokenKind.OpenParen:
                    value = ParseCall(value);
                    break;
                case TokenKind.String or TokenKind.OpenBrace:
                    if (!SkipBlock(value))
                    {
                        return value;
                    }
                    break;
                default:
                    return value;
            }
            tokens.CheckDepth(value.Height);
        }
    }

    private AccessExpression ParseAccess(Expression value)
    {
        tokens.Take();
        Token name = tokens.Expect(TokenKind.Identifier);
        return new AccessExpression
        {
            Span = value.Span.To(tokens.Span(name)),
            Value = value,
            Name = new Identifier { Span = tokens.Span(name), Name = tokens.Literal(name) },
            Height = value.Height + 1,
        };
    }

    private IndexExpression ParseIndex(Expression value)
    {
        Token open = tokens.Take();
        Expression index = Parse();
        Token close = tokens.Expect(TokenKind.CloseBracket);
        return new IndexExpression
        {
            Span = value.Span.To(tokens.Span(close)),
            Value = value,
            Index = index,
            OpenBracket = tokens.Span(open),
            CloseBracket = tokens.Span(close),
            Height = Math.Max(value.Height, index.Height) + 1,
        };
    }

    private CallExpression ParseCall(Expression function)
    {
        Token open = tokens.Take();
        IReadOnlyList<Expression> arguments = ParseList(TokenKind.CloseParen);
        Token close = tokens.Expect(TokenKind.CloseParen);
        return new CallExpression
        {
            Span = function.Span.To(tokens.Span(close)),
            Function = function,
            Arguments = arguments,
            OpenParen = tokens.Span(open),
            CloseParen = tokens.Span(close),
            Height = Math.Max(function.Height, HeightOf(arguments)) + 1,
        };
    }

    /// <summary>
    /// Tells a user who wrote a block where a value belongs. False where what follows is no whole block: the rest of the
    /// statement is then skipped.
    /// </summary>
    private bool SkipBlock(Expression value)
    {
        if (tokens.Kind == TokenKind.String)
        {
            tokens.Take();
        }
        if (tokens.Expect(TokenKind.OpenBrace).Kind != TokenKind.OpenBrace)
        {
            tokens.SkipStatement();
            return false;
        }
        statements.ParseBody(TokenKind.CloseBrace);
        Token close = tokens.Expect(TokenKind.CloseBrace);
        if (close.Kind != TokenKind.CloseBrace)
        {
            tokens.SkipStatement();
            return false;
        }
        tokens.ErrorOver(SyntaxCode.BlockAsExpression, value.Span.Start, close.End, "cannot use a block as an expression");
        return true;
    }
}
