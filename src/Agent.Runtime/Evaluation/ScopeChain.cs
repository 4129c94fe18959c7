using Agent.Syntax.Values;

namespace Agent.Runtime.Evaluation;

/// <summary>Scopes asked one after the other; the first that knows a name wins.</summary>
public sealed class ScopeChain(params IReadOnlyList<IScope> scopes) : IScope
{
    public Resolution Resolve(IReadOnlyList<string> parts)
    {
        foreach (IScope scope in scopes)
        {
            Resolution resolution = scope.Resolve(parts);
            if (resolution != Resolution.Unknown)
            {
                return resolution;
            }
        }
        return Resolution.Unknown;
    }
}

/// <summary>Variables by their plain names.</summary>
public sealed class VariableScope(IReadOnlyDictionary<string, Value> variables) : IScope
{
    public Resolution Resolve(IReadOnlyList<string> parts) =>
        variables.TryGetValue(parts[0], out Value? value) ? Resolution.Found(value, 1) : Resolution.Unknown;
}
