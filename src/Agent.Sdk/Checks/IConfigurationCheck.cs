using Agent.Syntax;

namespace Agent.Sdk.Checks;

/// <summary>Looks at a configuration as a whole for what no component can see by itself. Finds warnings, never errors.</summary>
public interface IConfigurationCheck
{
    void Check(CheckedConfiguration configuration, DiagnosticBag diagnostics);
}

/// <summary>A configuration that is in order as far as each of its blocks goes.</summary>
/// <param name="Nodes">Its components, those inside of modules included.</param>
/// <param name="IsRunning">It is being loaded, where it is to run; false where it is only validated, which may be anywhere.</param>
public sealed record CheckedConfiguration(IReadOnlyList<CheckedNode> Nodes, bool IsRunning)
{
    private readonly ILookup<string, CheckedNode> _byId = Nodes.ToLookup(static node => node.Id, StringComparer.Ordinal);

    /// <summary>What the command line says to components.</summary>
    public AgentOptions Options { get; init; } = AgentOptions.Default;

    public CheckedNode? Find(string id) => _byId[id].FirstOrDefault();
}
