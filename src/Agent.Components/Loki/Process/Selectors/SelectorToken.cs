namespace Agent.Components.Loki.Process.Selectors;

internal enum SelectorTokenKind
{
    End,

    /// <summary>A name, and anything else that is no other token: Alloy takes numbers and quoted runes for names too.</summary>
    Word,
    Text,
    OpenBrace,
    CloseBrace,
    Comma,
    Dot,
    Equal,
    NotEqual,
    Match,
    NotMatch,
    Contains,
    ContainsMatch,
}

/// <summary>One token; <see cref="Text"/> is the text of a string without quotes, else what was written.</summary>
internal readonly record struct SelectorToken(SelectorTokenKind Kind, string Text, int Column);
