using System.Buffers;
using Agent.Sdk;

namespace Agent.Components.Discovery.Kubernetes.Pushdown;

/// <summary>
/// Finds what the API server may be asked for instead of everything, so that the targets are the same after all rules behind them: every
/// user of the targets must be a <c>discovery.relabel</c>, and what is left out must be dropped by the rules of each of them.
/// </summary>
internal static class SelectorPushdown
{
    /// <summary>Each namespace is a watch of its own.</summary>
    private const int MostNamespaces = 8;

    // What the API has as names: nothing in them needs escaping in a selector or a path.
    private static readonly SearchValues<char> NameLetters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-");

    /// <param name="role">What is discovered.</param>
    /// <param name="attachNode">Whether labels of nodes are attached.</param>
    /// <param name="uses">All that refers to the targets.</param>
    /// <param name="own">The node that the agent runs on; null where it is not known.</param>
    public static PushdownOutcome Find(KubernetesRole role, bool attachNode, IReadOnlyList<ExportUse> uses, NodeIdentity? own = null)
    {
        if (uses.Count == 0)
        {
            return PushdownOutcome.Nothing("nothing uses the targets");
        }
        if (uses.FirstOrDefault(static use => !IsRelabelled(use)) is { } other)
        {
            return PushdownOutcome.Nothing($"{other.Id} uses the targets as they are, in {other.Argument}");
        }
        string? ownNode = own is { IsPossible: true } ? own.Name : null;
        var walks = new List<(string Id, RuleWalk Walk)>(uses.Count);
        foreach (ExportUse use in uses)
        {
            if (use.Arguments is not DiscoveryRelabel.Arguments arguments)
            {
                return PushdownOutcome.Nothing($"the rules of {use.Id} are not known yet");
            }
            walks.Add((use.Id, new RuleWalk(arguments.Rule, ObjectFields.Of(role, attachNode), ownNode)));
        }
        var reasons = new List<string>();
        var selectors = new PushedSelectors(NodeOf(role, walks, reasons), NamespacesOf(role, walks), PhasesOf(walks));
        return new PushdownOutcome(selectors, [.. reasons]);
    }

    private static bool IsRelabelled(ExportUse use) =>
        use is { Component: "discovery.relabel", Argument: "targets", Export: "targets", IsWhole: true };

    private static string? NodeOf(KubernetesRole role, List<(string Id, RuleWalk Walk)> walks, List<string> reasons)
    {
        if (role is KubernetesRole.Service or KubernetesRole.Ingress)
        {
            return null;
        }
        foreach ((string id, RuleWalk walk) in walks)
        {
            if (walk.Node is null)
            {
                reasons.Add(walk.LooseNodePattern is { } pattern ? LooseReason(id, pattern) : $"{id} keeps targets of more than one node");
            }
            else if (!IsName(walk.Node))
            {
                reasons.Add($"{id} keeps the node \"{walk.Node}\", which no node can be called");
            }
        }
        if (reasons.Count > 0)
        {
            return null;
        }
        string node = walks[0].Walk.Node!;
        if (walks.FirstOrDefault(pair => pair.Walk.Node != node) is { Id: { } other })
        {
            reasons.Add($"{walks[0].Id} keeps the node {node}, {other} another one");
            return null;
        }
        return node;
    }

    private static ValueList<string>? NamespacesOf(KubernetesRole role, List<(string Id, RuleWalk Walk)> walks)
    {
        var all = new SortedSet<string>(StringComparer.Ordinal);
        foreach ((_, RuleWalk walk) in walks)
        {
            if (walk.Namespaces is not { } kept)
            {
                return null;
            }
            all.UnionWith(kept);
        }
        return role != KubernetesRole.Node && all.Count is > 0 and <= MostNamespaces && all.All(IsName) ? [.. all] : null;
    }

    private static ValueList<string> PhasesOf(List<(string Id, RuleWalk Walk)> walks)
    {
        var all = new SortedSet<string>(walks[0].Walk.ExcludedPhases, StringComparer.Ordinal);
        foreach ((_, RuleWalk walk) in walks)
        {
            all.IntersectWith(walk.ExcludedPhases);
        }
        return [.. all.Where(IsName)];
    }

    private static string LooseReason(string id, string pattern)
    {
        string reason = $"{id} keeps nodes by the expression \"{pattern}\", which may match more than one name";
        return pattern.Contains('.', StringComparison.Ordinal)
            ? reason + "; bare dots count in the name of the agent's own node alone, as K8S_NODE_NAME, NODE_NAME or HOSTNAME has it: in another "
                + "name they have to be escaped, as string.replace(name, \".\", \"\\\\.\") does it"
            : reason;
    }

    private static bool IsName(string text) => text.Length > 0 && !text.AsSpan().ContainsAnyExcept(NameLetters) && text.Any(static letter => letter != '.');
}
