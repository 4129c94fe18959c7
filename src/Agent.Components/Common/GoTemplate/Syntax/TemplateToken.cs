namespace Agent.Components.Common.GoTemplate.Syntax;

internal enum TokenKind
{
    Error,
    End,
    Text,
    LeftDelimiter,
    RightDelimiter,
    Space,
    Bool,
    Character,
    Char,
    Number,
    String,
    RawString,
    Field,
    Variable,
    Identifier,
    Pipe,
    Assign,
    Declare,
    LeftParen,
    RightParen,
    Dot,
    Nil,
    Keyword,
}

/// <summary>A piece of a template; an error's text is its message.</summary>
/// <param name="Kind">What it is; Character is a constant such as 'a', Char any other sign.</param>
/// <param name="Text">As written, quotes included.</param>
/// <param name="At">Byte where it begins.</param>
internal readonly record struct TemplateToken(TokenKind Kind, string Text, int At)
{
    public bool Is(string keyword) => Kind == TokenKind.Keyword && Text == keyword;

    /// <summary>As Go's messages show it.</summary>
    public override string ToString() => Kind switch
    {
        TokenKind.End => "EOF",
        TokenKind.Error => Text,
        TokenKind.Keyword or TokenKind.Dot or TokenKind.Nil => $"<{Text}>",
        _ when Text.Length > 10 => Formatting.GoQuoting.Quote(Text[..10]) + "...",
        _ => Formatting.GoQuoting.Quote(Text),
    };
}
