namespace Agent.Syntax;

/// <summary>What stands before the <c>=</c> of an attribute or the <c>{</c> of a block.</summary>
/// <param name="Parts">The parts of the dotted name.</param>
/// <param name="Span">The name without the label.</param>
/// <param name="Label">The label without its quotes, null where it is empty or missing.</param>
/// <param name="LabelSpan">The label with its quotes; a default span where there is none.</param>
internal readonly record struct StatementName(IReadOnlyList<string> Parts, TextSpan Span, string? Label, TextSpan LabelSpan)
{
    public bool CanBeAttribute => Parts.Count == 1 && Label is null;
}
