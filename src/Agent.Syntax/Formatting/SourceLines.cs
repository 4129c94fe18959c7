namespace Agent.Syntax;

/// <summary>Line distances in the source that is being formatted.</summary>
internal static class SourceLines
{
    /// <summary>The lines a span touches.</summary>
    public static int Of(TextSpan span) => Last(span) - First(span) + 1;

    /// <summary>Lines from the end of one span to the start of the next.</summary>
    public static int Between(TextSpan from, TextSpan to) => First(to) - Last(from);

    public static int First(TextSpan span) => span.StartPosition.Line;

    public static int Last(TextSpan span) => span.Source is null ? 0 : span.Source.Position(span.End - 1).Line;
}
