namespace Agent.Sdk.Patterns;

[Flags]
public enum PatternOptions
{
    None = 0,

    /// <summary>The pattern must match the whole text and <c>.</c> takes newlines: <c>^(?s:...)$</c>, as relabelling and selectors do.</summary>
    Anchored = 1,
}
