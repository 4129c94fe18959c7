using Agent.Runtime.Graph;
using Agent.Runtime.SelfMetrics;
using Agent.Sdk;
using Agent.Sdk.Metrics;

namespace Agent.Runtime.Modules;

/// <summary>Shows for each module how many of its components are how, under Alloy's name.</summary>
internal sealed class ModuleMetrics
{
    private readonly Dictionary<string, ModuleCounts> _byPath = new(StringComparer.Ordinal);

    /// <summary>Called with each new state, under the gate of the graph.</summary>
    public void Update(GraphState state)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (PlacedNode place in state.Places)
        {
            ModuleFrame frame = place.Frame;
            if (IsCounted(frame) && seen.Add(frame.Path))
            {
                if (_byPath.TryGetValue(frame.Path, out ModuleCounts? counts) && !ReferenceEquals(counts.Registry, frame.Metrics))
                {
                    counts.Dispose();
                    _byPath.Remove(frame.Path);
                }
                if (!_byPath.TryGetValue(frame.Path, out counts))
                {
                    _byPath[frame.Path] = counts = new ModuleCounts(frame);
                }
                counts.Nodes = state.ByModule[frame.Path];
            }
        }
        foreach (string gone in _byPath.Keys.Where(path => !seen.Contains(path)).ToArray())
        {
            _byPath[gone].Dispose();
            _byPath.Remove(gone);
        }
    }

    /// <summary>The first graph's root is counted elsewhere.</summary>
    private static bool IsCounted(ModuleFrame frame) =>
        frame.Plan.Kind is ModuleKind.Declare or ModuleKind.Foreach || (frame.Plan.Kind is ModuleKind.Root && frame.Path.Length > 0);

    private sealed class ModuleCounts : IDisposable
    {
        private readonly MetricScope _scope;

        public ModuleCounts(ModuleFrame frame)
        {
            Registry = frame.Metrics;
            int slash = frame.Path.LastIndexOf('/');
            _scope = Registry.Scope(
                new("controller_path", slash < 0 ? "/" : "/" + frame.Path[..slash]), new("controller_id", frame.Path[(slash + 1)..]));
            foreach (HealthState state in Enum.GetValues<HealthState>())
            {
                _scope.ObservedGauge(
                    "alloy_component_controller_running_components", "Total number of running components.",
                    () => Nodes.Count(node => node.Definition.IsComponent && node.Health.Current.State == state),
                    ("health_type", RuntimeMetrics.NameOf(state)));
            }
        }

        public MetricRegistry Registry { get; }

        public IEnumerable<ComponentNode> Nodes { get; set; } = [];

        public void Dispose() => _scope.Dispose();
    }
}
