using Agent.Runtime.Graph;
using Agent.Runtime.StandardLibrary;
using Agent.Sdk.Declarations;

namespace Agent;

/// <summary>The names of the standard library as the graph's planner asks for them.</summary>
internal sealed class LibraryNames(StandardLibraryScope library) : IExpressionNames
{
    public bool Contains(string root) => library.Contains(root);

    public bool IsDeprecated(string root) => StandardLibraryScope.IsDeprecated(root);

    public Stability StabilityOf(string dotted) => library.StabilityOf(dotted);
}
