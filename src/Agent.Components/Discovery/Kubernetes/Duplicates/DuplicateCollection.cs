using Agent.Components.Discovery.Kubernetes.Pushdown;
using Agent.Components.Discovery.Kubernetes.Roles;
using Agent.Sdk;
using Agent.Sdk.Checks;
using Agent.Sdk.Decoding;
using Agent.Syntax;

namespace Agent.Components.Discovery.Kubernetes.Duplicates;

/// <summary>Warns where an agent that runs on every node would collect the pods of all nodes, and every line and sample as often as there are nodes.</summary>
/// <remarks>
/// <para>That it runs on every node is assumed where the environment names the node, as <see cref="NodeIdentity"/> looks for it (and, for a
/// running agent, where <c>KUBERNETES_SERVICE_HOST</c> is set, which every pod has). Where neither is, nothing is known and nothing said.</para>
/// <para>It follows targets from scrapes and log sources through <c>discovery.relabel</c>, into modules and out of them, back to
/// <c>discovery.kubernetes</c>. A rule or selector that could keep them to one node, a <c>clustering</c> block, <c>--kubernetes.own-node-pods</c>
/// where it restricts, and whatever cannot be followed silence it.</para>
/// </remarks>
/// <param name="environment">The value of an environment variable, or null.</param>
public sealed class DuplicateCollection(Func<string, string?> environment) : IConfigurationCheck
{
    private const string Relabel = "discovery.relabel";
    private static readonly string[] Collectors = ["prometheus.scrape", "loki.source.kubernetes"];

    public void Check(CheckedConfiguration configuration, DiagnosticBag diagnostics)
    {
        if (NodeIdentity.Find(environment) is not { } node || (configuration.IsRunning && environment("KUBERNETES_SERVICE_HOST") is null or ""))
        {
            return;
        }
        var sources = new UnfilteredPods(configuration, node);
        foreach (CheckedNode collector in configuration.Nodes)
        {
            if (collector.Component == "loki.source.podlogs")
            {
                CheckPodLogs(collector, node, diagnostics);
            }
            else if (Collectors.Contains(collector.Component, StringComparer.Ordinal) && !ClusteringBlock.MayBeEnabled(collector.Block))
            {
                CheckTargets(collector, sources, node, diagnostics);
            }
        }
    }

    private static void CheckPodLogs(CheckedNode collector, NodeIdentity node, DiagnosticBag diagnostics)
    {
        if (!ClusteringBlock.MayBeEnabled(collector.Block) && !ClusteringBlock.MayBeEnabled(collector.Block, "node_filter"))
        {
            Warn(diagnostics, collector, collector.Span, $"write into it a block node_filter with enabled = true and node_name = sys.env(\"{node.Variable}\")");
        }
    }

    private static void CheckTargets(CheckedNode collector, UnfilteredPods sources, NodeIdentity node, DiagnosticBag diagnostics)
    {
        foreach (CheckedReference reference in collector.References.Where(static reference => reference.Argument == "targets"))
        {
            if (sources.Behind(reference.Id) is { } source)
            {
                string rule = $"a rule with source_labels = [\"{PodLabels.NodeName}\"], regex = sys.env(\"{node.Variable}\") and action = \"keep\"";
                string help = sources.Find(reference.Id) is { Component: Relabel } relabel
                    ? $"write into {Named(relabel, collector)} {rule}"
                    : $"put a discovery.relabel between {Named(source, collector)} and {collector.Name}, with {rule}";
                Warn(diagnostics, collector, reference.Span, sources.CanBeRestricted(source) ? $"{help}; or run all these agents with {OwnNodePods.Flag}" : help);
                return;
            }
        }
    }

    /// <summary>As the collector's own module knows it; what lies elsewhere has the path of its module with it.</summary>
    private static string Named(CheckedNode node, CheckedNode collector) =>
        ModuleOf(node) == ModuleOf(collector) ? node.Name : node.Id;

    private static string ModuleOf(CheckedNode node) => node.Id[..^node.Name.Length];

    private static void Warn(DiagnosticBag diagnostics, CheckedNode collector, TextSpan span, string help) => collector.Warn(diagnostics, new Diagnostic(
        DiagnosticCodes.DuplicateCollection, Severity.Warning, span,
        $"{collector.Name} collects the pods of all nodes: run on every node, as a DaemonSet is, it collects everything as often as there are nodes", help));
}
