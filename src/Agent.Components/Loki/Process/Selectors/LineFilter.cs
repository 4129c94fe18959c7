using Agent.Sdk.Patterns;

namespace Agent.Components.Loki.Process.Selectors;

/// <summary>One line filter: <c>|= "text"</c>, <c>|~ "pattern"</c>, or the opposite of one.</summary>
internal sealed record LineFilter(byte[] Text, Pattern? Pattern, bool IsNegated)
{
    public bool Matches(ReadOnlySpan<byte> line) => (Pattern?.IsMatch(line) ?? line.IndexOf(Text) >= 0) != IsNegated;
}
