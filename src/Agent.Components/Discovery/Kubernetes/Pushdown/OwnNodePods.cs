using Agent.Sdk;

namespace Agent.Components.Discovery.Kubernetes.Pushdown;

/// <summary>
/// What <c>--kubernetes.own-node-pods</c> says of one component: the agent is one of a DaemonSet, and each of them finds the pods of its
/// own node, whatever the rules behind them keep.
/// </summary>
/// <remarks>
/// Only targets that are pods: with endpoints and slices pods are looked up for their labels alone, so that without those of other nodes
/// targets would not be fewer, they would lack labels.
/// </remarks>
/// <param name="Node">The node whose pods alone are asked for; null for no restriction.</param>
/// <param name="Note">That, or why it is not so, for people; empty without the flag.</param>
internal sealed record OwnNodePods(string? Node, string Note)
{
    public const string Flag = "--kubernetes.own-node-pods";

    public static OwnNodePods Off { get; } = new(null, "");

    /// <param name="arguments">What is discovered.</param>
    /// <param name="uses">All that refers to the targets.</param>
    /// <param name="options">The flag, and the agent's node.</param>
    public static OwnNodePods Of(DiscoveryKubernetes.Arguments arguments, IReadOnlyList<ExportUse> uses, AgentOptions options)
    {
        if (!options.OwnNodePods || options.Node is not { } own)
        {
            return Off;
        }
        if (arguments.Role != KubernetesRole.Pod)
        {
            return Unrestricted("its targets are not pods");
        }
        if (SelectsNode(arguments))
        {
            return Unrestricted("its selectors name a node");
        }
        // Who has the targets of the whole cluster shared out among agents loses those that none of them finds where it is wanted.
        return uses.FirstOrDefault(static use => use.SharedBy is not null) is { SharedBy: { } shared }
            ? Unrestricted($"{shared} shares its targets by clustering")
            : new OwnNodePods(own.Name, $"restricted to node {own.Name} by {Flag}");
    }

    /// <summary>Whether the selectors of the block itself name the node of pods.</summary>
    public static bool SelectsNode(DiscoveryKubernetes.Arguments arguments) => arguments.Selectors.Any(static selector =>
        (selector.Role == KubernetesRole.Pod && Demands(selector, "spec.nodeName"))
        || (selector.Role == KubernetesRole.Node && Demands(selector, "metadata.name")));

    private static bool Demands(DiscoveryKubernetes.Selector selector, string field) => selector.Field.Split(',', StringSplitOptions.TrimEntries)
        .Any(term => term.StartsWith(field, StringComparison.Ordinal) && !term.Contains("!=", StringComparison.Ordinal));

    private static OwnNodePods Unrestricted(string reason) => new(null, $"not restricted by {Flag}: {reason}");
}
