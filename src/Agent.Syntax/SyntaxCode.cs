namespace Agent.Syntax;

/// <summary>Codes of the diagnostics that reading a source can give.</summary>
public static class SyntaxCode
{
    /// <summary>A character, string, number or comment that is not well formed.</summary>
    public const string BadToken = "INV0001";

    /// <summary>A token where the grammar wants another.</summary>
    public const string UnexpectedToken = "INV0002";

    /// <summary>A block label that is no identifier in double quotes.</summary>
    public const string BadLabel = "INV0003";

    /// <summary>An attribute with a dotted name or a label.</summary>
    public const string BadAttributeName = "INV0004";

    /// <summary>A block where an expression is wanted.</summary>
    public const string BlockAsExpression = "INV0005";

    /// <summary>Expressions or blocks inside each other beyond <see cref="Parser.MaxDepth"/>.</summary>
    public const string TooDeep = "INV0006";
}
