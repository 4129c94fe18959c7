using Agent.Runtime.Graph;

namespace Agent.Runtime.Modules;

/// <summary>The configuration that runs, to be expanded again when what its modules are made from changes.</summary>
internal sealed record RootModule(GraphPlan Plan, string ModulePath)
{
    public ModuleFrame Frame(GraphServices services) =>
        new() { Path = services.RootPath, Plan = Plan, ModulePath = ModulePath, Metrics = services.Metrics };
}
