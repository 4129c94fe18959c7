using Agent.Components.Discovery.Kubernetes.Pushdown;
using Agent.Kubernetes.Watching;
using Agent.Sdk;

namespace Agent.Components.Discovery.Kubernetes.Watching;

/// <summary>What has to be watched: what the arguments say, and what may be left out. Compared by content.</summary>
internal sealed record WatchPlan(DiscoveryKubernetes.Arguments Arguments, PushedSelectors Pushed)
{
    private static readonly string?[] EveryNamespace = [null];

    /// <param name="ownNamespace">The namespace that the agent runs in; asked for only where the arguments want it.</param>
    /// <returns>One entry for each namespace to watch; a null for all.</returns>
    public IReadOnlyList<string?> Namespaces(Func<string> ownNamespace)
    {
        if (Arguments.Role == KubernetesRole.Node)
        {
            return EveryNamespace;
        }
        var configured = new List<string>(Arguments.Namespaces.Names);
        if (Arguments.Namespaces.OwnNamespace)
        {
            configured.Add(ownNamespace());
        }
        IEnumerable<string> wanted = configured.Count == 0 ? Pushed.Namespaces ?? [] : configured;
        if (configured.Count > 0 && Pushed.Namespaces is { } pushed && configured.Any(name => pushed.Contains(name)))
        {
            wanted = configured.Where(name => pushed.Contains(name));
        }
        // As the API has it, the empty name stands for all namespaces.
        string[] names = [.. wanted.Distinct(StringComparer.Ordinal)];
        return names.Length == 0 || names.Contains("") ? EveryNamespace : names;
    }

    /// <summary>Which objects of the kind that a role stands for are watched.</summary>
    public WatchScope ScopeOf(KubernetesRole kind, string? inNamespace)
    {
        DiscoveryKubernetes.Selector? own = Arguments.Selectors.LastOrDefault(selector => selector.Role == kind);
        var fields = new List<string>();
        if (own is { Field.Length: > 0 })
        {
            fields.Add(own.Field);
        }
        if (Pushed.Node is { } node)
        {
            if (kind == KubernetesRole.Pod)
            {
                fields.Add($"spec.nodeName={node}");
            }
            else if (kind == KubernetesRole.Node && Arguments.Role is KubernetesRole.Node or KubernetesRole.Pod)
            {
                fields.Add($"metadata.name={node}");
            }
        }
        if (kind == KubernetesRole.Pod)
        {
            fields.AddRange(Pushed.ExcludedPhases.Select(static phase => $"status.phase!={phase}"));
        }
        return new WatchScope(kind == KubernetesRole.Node ? null : inNamespace, own?.Label ?? "", string.Join(',', fields));
    }
}
