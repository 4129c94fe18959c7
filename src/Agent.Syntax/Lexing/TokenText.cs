namespace Agent.Syntax;

/// <summary>Names of tokens as they appear in messages, the same as Alloy's.</summary>
internal static class TokenText
{
    public static string Text(this TokenKind kind) => kind switch
    {
        TokenKind.EndOfFile => "EOF",
        TokenKind.Comment => "COMMENT",
        TokenKind.Identifier => "IDENT",
        TokenKind.Number => "NUMBER",
        TokenKind.Float => "FLOAT",
        TokenKind.String => "STRING",
        TokenKind.Bool => "BOOL",
        TokenKind.Null => "NULL",
        TokenKind.Terminator => "TERMINATOR",
        TokenKind.Not => "!",
        TokenKind.Assign => "=",
        TokenKind.OpenBrace => "{",
        TokenKind.CloseBrace => "}",
        TokenKind.OpenParen => "(",
        TokenKind.CloseParen => ")",
        TokenKind.OpenBracket => "[",
        TokenKind.CloseBracket => "]",
        TokenKind.Comma => ",",
        TokenKind.Dot => ".",
        _ => kind.Operator() is { } op ? op.Text() : "ILLEGAL",
    };

    /// <summary>The operator a token stands for between two operands, or null.</summary>
    public static BinaryOperator? Operator(this TokenKind kind) => kind switch
    {
        TokenKind.Or => BinaryOperator.Or,
        TokenKind.And => BinaryOperator.And,
        TokenKind.Equal => BinaryOperator.Equal,
        TokenKind.NotEqual => BinaryOperator.NotEqual,
        TokenKind.Less => BinaryOperator.Less,
        TokenKind.LessOrEqual => BinaryOperator.LessOrEqual,
        TokenKind.Greater => BinaryOperator.Greater,
        TokenKind.GreaterOrEqual => BinaryOperator.GreaterOrEqual,
        TokenKind.Add => BinaryOperator.Add,
        TokenKind.Subtract => BinaryOperator.Subtract,
        TokenKind.Multiply => BinaryOperator.Multiply,
        TokenKind.Divide => BinaryOperator.Divide,
        TokenKind.Modulo => BinaryOperator.Modulo,
        TokenKind.Power => BinaryOperator.Power,
        _ => null,
    };

    /// <summary>How tightly an operator binds; 0 for tokens that are no operator.</summary>
    public static int Precedence(this TokenKind kind) => kind switch
    {
        TokenKind.Or => 1,
        TokenKind.And => 2,
        >= TokenKind.Equal and <= TokenKind.GreaterOrEqual => 3,
        TokenKind.Add or TokenKind.Subtract => 4,
        TokenKind.Multiply or TokenKind.Divide or TokenKind.Modulo => 5,
        TokenKind.Power => 6,
        _ => 0,
    };
}
