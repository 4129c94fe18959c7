using Agent.Sdk.Patterns;

namespace Agent.Components.Loki.Process.Selectors;

/// <summary>One comparison of a selector: <c>name="value"</c>, <c>name=~"pattern"</c>, or the opposite of one.</summary>
/// <param name="Name">The label; one that is missing counts as empty.</param>
/// <param name="Value">What the label must be equal to, where <paramref name="Pattern"/> is null.</param>
/// <param name="Pattern">What the label must match from end to end.</param>
/// <param name="IsNegated">Turns the answer around.</param>
internal sealed record LabelMatcher(string Name, string Value, Pattern? Pattern, bool IsNegated)
{
    public bool Matches(string value) => (Pattern?.IsMatch(value) ?? value == Value) != IsNegated;
}
