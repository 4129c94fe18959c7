namespace Agent.Syntax;

/// <summary>One <c>key = value</c> of an object expression.</summary>
public sealed class ObjectField : SyntaxNode
{
    /// <summary>
    /// The key. Of a quoted key it is the text between the quotes as it stands: like Alloy, escape sequences in keys are
    /// not decoded. The key <c>""</c> alone keeps its two quote characters.
    /// </summary>
    public required string Name { get; init; }

    /// <summary>Where the key stands, quotes included.</summary>
    public required TextSpan NameSpan { get; init; }

    public required bool Quoted { get; init; }

    public required Expression Value { get; init; }
}
