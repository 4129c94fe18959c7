namespace Agent.Components.Common.JmesPath;

/// <summary>The whole document and the variables that <c>let</c> bound, innermost first.</summary>
internal sealed record JmesScope(JmesValue Root, string? Name = null, JmesValue Value = default, JmesScope? Outer = null)
{
    public JmesValue Lookup(string name)
    {
        for (JmesScope? scope = this; scope is not null; scope = scope.Outer)
        {
            if (scope.Name == name)
            {
                return scope.Value;
            }
        }
        throw new JmesException($"undefined variable: ${name}");
    }
}
