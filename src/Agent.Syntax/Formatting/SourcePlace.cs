namespace Agent.Syntax;

/// <summary>A place in the formatted source: byte offset and 1-based line; line 0 is no place.</summary>
internal record struct SourcePlace(int Offset, int Line)
{
    public static readonly SourcePlace End = new(int.MaxValue, int.MaxValue);

    public static SourcePlace StartOf(TextSpan span) => new(span.Start, span.StartPosition.Line);
}
