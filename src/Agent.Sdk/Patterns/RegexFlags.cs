namespace Agent.Sdk.Patterns;

[Flags]
internal enum RegexFlags
{
    None = 0,
    IgnoreCase = 1,
    DotMatchesNewline = 2,
    MultiLine = 4,
    SwapLazy = 8,
}
