namespace Agent.Components.Common.JmesPath;

internal enum JmesTokenKind
{
    End,
    Name,
    QuotedName,
    Variable,
    Literal,
    Number,

    /// <summary>An operator or bracket; <see cref="JmesToken.Text"/> says which.</summary>
    Symbol,
}

internal readonly record struct JmesToken(JmesTokenKind Kind, string Text, JmesValue Value = default)
{
    public bool Is(string symbol) => Kind == JmesTokenKind.Symbol && Text == symbol;
}
