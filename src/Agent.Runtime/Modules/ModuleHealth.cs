using Agent.Runtime.Graph;
using Agent.Sdk;
using Agent.Sdk.Modules;

namespace Agent.Runtime.Modules;

/// <summary>Makes the health and the exports of what is inside a module show at the node that runs it.</summary>
internal static class ModuleHealth
{
    public static void Attach(PlacedNode place, GraphState state)
    {
        ComponentNode node = place.Node;
        if (place.Definition.Kind == NodeKind.Custom)
        {
            ModuleFrame? module = state.ModuleOf(node.Id);
            node.Modules = module is null ? [] : [module.Path];
            node.ModuleExports = module is null ? null : () => FrameScope.ExportsOf(module, state);
        }
        else if (place.Definition.Kind == NodeKind.Foreach)
        {
            node.Modules = place.Modules;
        }
        else if (place.Definition.Kind == NodeKind.Import)
        {
            node.Modules = state.ByModule.Contains(node.Id) ? [node.Id] : [];
            if (node.Component is IModuleSource source && state.Inputs.GetValueOrDefault(node.Id) is ModuleContent content && !content.Equals(node.Accepted))
            {
                node.Accepted = content;
                source.Accept(content);
            }
        }
        else
        {
            return;
        }
        // What was refused may have been taken by a load meanwhile.
        if (place.Definition.Kind != NodeKind.Custom && ModuleSwap.InputOf(place) is { } input && input.Equals(state.Inputs.GetValueOrDefault(node.Id)))
        {
            node.Health.Report(HealthSource.Module, HealthState.Healthy, "module loaded");
        }
        node.Health.Inside = () => Worst(node.Modules, state);
    }

    private static NodeHealth? Worst(IReadOnlyList<string> modules, GraphState state)
    {
        foreach (string module in modules)
        {
            foreach (ComponentNode node in state.ByModule[module])
            {
                NodeHealth health = node.Health.Current;
                if (health.State == HealthState.Unhealthy)
                {
                    return health with { Message = $"{node.LocalId}: {health.Message}" };
                }
            }
        }
        return null;
    }
}
