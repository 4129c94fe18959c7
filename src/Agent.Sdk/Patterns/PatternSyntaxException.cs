namespace Agent.Sdk.Patterns;

/// <summary>Unwinds the recursive parser; never leaves <see cref="RegexParser.TryParse"/>.</summary>
internal sealed class PatternSyntaxException(string problem, string fragment)
    : Exception($"error parsing regexp: {problem}: `{fragment}`");
