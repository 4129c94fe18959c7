using Agent.Sdk.Checks;
using Agent.Sdk.Decoding;
using Agent.Syntax;
using Agent.Syntax.Values;

namespace Agent.Components.Discovery.Kubernetes.Duplicates;

/// <summary>Warns where an agent that runs on every node would collect the pods of all nodes, and every line and sample as often as there are nodes.</summary>
/// <remarks>
/// <para>That it runs on every node is assumed where the environment names the node: <c>K8S_NODE_NAME</c> or <c>HOSTNAME</c> is set (and, for a
/// running agent, <c>KUBERNETES_SERVICE_HOST</c>, which every pod has). Where neither is, nothing is known and nothing said.</para>
/// <para>It follows targets from scrapes and log sources through <c>discovery.relabel</c> back to <c>discovery.kubernetes</c>. A rule or
/// selector that could keep them to one node, a <c>clustering</c> block, and whatever cannot be followed silence it.</para>
/// </remarks>
/// <param name="environment">The value of an environment variable, or null.</param>
public sealed class DuplicateCollection(Func<string, string?> environment) : IConfigurationCheck
{
    private const string Relabel = "discovery.relabel";
    private static readonly string[] NodeVariables = ["K8S_NODE_NAME", "HOSTNAME"];
    private static readonly string[] Collectors = ["prometheus.scrape", "loki.source.kubernetes"];

    public void Check(CheckedConfiguration configuration, DiagnosticBag diagnostics)
    {
        string? variable = Array.Find(NodeVariables, name => environment(name) is { Length: > 0 });
        if (variable is null || (configuration.IsRunning && environment("KUBERNETES_SERVICE_HOST") is null or ""))
        {
            return;
        }
        var node = new NodeIdentity(variable, environment(variable)!);
        foreach (CheckedNode collector in configuration.Nodes)
        {
            if (collector.Component == "loki.source.podlogs")
            {
                CheckPodLogs(collector, node, diagnostics);
            }
            else if (Collectors.Contains(collector.Component, StringComparer.Ordinal) && !MayBeEnabled(collector, "clustering"))
            {
                CheckTargets(collector, configuration, node, diagnostics);
            }
        }
    }

    private static void CheckPodLogs(CheckedNode collector, NodeIdentity node, DiagnosticBag diagnostics)
    {
        if (collector.Block is not null && !MayBeEnabled(collector, "clustering") && !MayBeEnabled(collector, "node_filter"))
        {
            Warn(diagnostics, collector.Span, collector.Id, $"write into it a block node_filter with enabled = true and node_name = sys.env(\"{node.Variable}\")");
        }
    }

    private static void CheckTargets(CheckedNode collector, CheckedConfiguration configuration, NodeIdentity node, DiagnosticBag diagnostics)
    {
        foreach (CheckedReference reference in collector.References.Where(static reference => reference.Argument == "targets"))
        {
            if (UnfilteredSource(reference.Id, configuration, node, []) is { } source)
            {
                string rule = $"a rule with source_labels = [\"{PodNodeLabel}\"], regex = sys.env(\"{node.Variable}\") and action = \"keep\"";
                string help = configuration.Find(reference.Id)?.Component == Relabel
                    ? $"write into {reference.Id} {rule}"
                    : $"put a discovery.relabel between {source} and {collector.Id}, with {rule}";
                Warn(diagnostics, reference.Span, collector.Id, help);
                return;
            }
        }
    }

    private static string PodNodeLabel => Roles.PodLabels.NodeName;

    /// <summary>The discovery.kubernetes whose pods arrive here from all nodes; null where there is none, or where that cannot be said.</summary>
    private static string? UnfilteredSource(string id, CheckedConfiguration configuration, NodeIdentity node, HashSet<string> seen)
    {
        if (configuration.Find(id) is not { } found || !seen.Add(id))
        {
            return null;
        }
        if (found.Arguments is DiscoveryKubernetes.Arguments discovery)
        {
            return FindsPodsOfAllNodes(discovery) ? id : null;
        }
        if (found.Arguments is not DiscoveryRelabel.Arguments relabel || NodeRules.MayFilter(relabel.Rule, node.Name))
        {
            return null;
        }
        return found.References.Where(static reference => reference.Argument == "targets")
            .Select(reference => UnfilteredSource(reference.Id, configuration, node, seen))
            .FirstOrDefault(static source => source is not null);
    }

    private static bool FindsPodsOfAllNodes(DiscoveryKubernetes.Arguments discovery) =>
        discovery.Role is KubernetesRole.Pod or KubernetesRole.Endpoints or KubernetesRole.EndpointSlice
        && !discovery.Selectors.Any(static selector =>
            selector.Field.Contains("spec.nodeName", StringComparison.Ordinal)
            || (selector.Role == KubernetesRole.Node && selector.Field.Contains("metadata.name", StringComparison.Ordinal)));

    private static bool MayBeEnabled(CheckedNode node, string block) =>
        node.Block is null
        || node.Block.Blocks.Any(inner => inner.Name == block && inner.Find("enabled")?.Value is not BoolValue { IsTrue: false } and not null);

    private static void Warn(DiagnosticBag diagnostics, TextSpan span, string id, string help) => diagnostics.Warn(
        DiagnosticCodes.DuplicateCollection, span,
        $"{id} collects the pods of all nodes: run on every node, as a DaemonSet is, it collects everything as often as there are nodes", help);
}

/// <summary>The node that the agent runs on.</summary>
/// <param name="Variable">The environment variable that names it.</param>
internal sealed record NodeIdentity(string Variable, string Name);
