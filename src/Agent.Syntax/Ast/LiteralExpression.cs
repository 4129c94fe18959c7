using Agent.Syntax.Values;

namespace Agent.Syntax;

/// <summary>A constant.</summary>
public sealed class LiteralExpression : Expression
{
    public required LiteralKind Kind { get; init; }

    /// <summary>The literal as it is written, a string with its quotes: see <see cref="StringLiteral.TryUnquote"/>.</summary>
    public required string Text { get; init; }

    /// <summary>Its value, where it is known that more than one will ask for it: all instances of a module then share it.</summary>
    public Value? Shared { get; private set; }

    private bool WasAsked { get; set; }

    /// <summary>Tells that somebody has worked out the value. It is kept from the second time on: most literals are read once.</summary>
    public void Know(Value value)
    {
        Shared = WasAsked ? value : null;
        WasAsked = true;
    }
}
