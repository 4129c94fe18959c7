namespace Agent.Syntax;

/// <summary>One token and the bytes it covers; <paramref name="End"/> is exclusive.</summary>
internal readonly record struct Token(TokenKind Kind, int Start, int End);
