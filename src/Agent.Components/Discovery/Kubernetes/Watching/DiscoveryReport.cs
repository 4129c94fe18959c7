using Agent.Components.Discovery.Kubernetes.Pushdown;
using Agent.Sdk;
using Agent.Syntax.Values;

namespace Agent.Components.Discovery.Kubernetes.Watching;

/// <summary>What the component shows of itself.</summary>
/// <param name="Pushdown">What is left out of the requests, and why it is not more.</param>
/// <param name="OwnNode">Whether only pods of the agent's own node are asked for.</param>
/// <param name="Watches">All watches.</param>
/// <param name="Targets">How many targets there are.</param>
internal sealed record DiscoveryReport(PushdownOutcome Pushdown, OwnNodePods OwnNode, IReadOnlyList<WatchReport> Watches, int Targets)
{
    public static DiscoveryReport None { get; } = new(PushdownOutcome.Nothing("does not run yet"), OwnNodePods.Off, [], 0);

    public Value ToValue(KubernetesRole? role) => Map(
        ("role", Value.Of(role is { } known ? KubernetesRoles.NameOf(known) : "")),
        ("targets", Value.Of(Targets)),
        ("own_node_pods", Value.Of(OwnNode.Note)),
        ("pushed_down", Map(
            ("node", Value.Of(Pushdown.Selectors.Node ?? "")),
            ("namespaces", Texts(Pushdown.Selectors.Namespaces ?? [])),
            ("excluded_phases", Texts(Pushdown.Selectors.ExcludedPhases)),
            ("not_pushed_because", Texts(Pushdown.Reasons)))),
        ("watches", new ListValue([.. Watches.Select(Of)])));

    private static Value Of(WatchReport watch) => Map(
        ("resource", Value.Of(watch.Resource)),
        ("namespace", Value.Of(watch.Scope.Namespace ?? "")),
        ("label_selector", Value.Of(watch.Scope.LabelSelector)),
        ("field_selector", Value.Of(watch.Scope.FieldSelector)),
        ("objects", Value.Of(watch.Objects)),
        ("lists", Value.Of(watch.Status.Lists)),
        ("resumes", Value.Of(watch.Status.Resumes)),
        ("bytes_read", Value.Of(watch.Status.BytesRead)),
        ("objects_skipped", Value.Of(watch.Status.Skipped.Total)),
        ("healthy", Value.Of(watch.Status.IsHealthy)),
        ("message", Value.Of(watch.Status.Message)));

    private static ListValue Texts(ValueList<string> texts) => new([.. texts.Select(static text => Value.Of(text))]);

    private static MapValue Map(params (string Name, Value Value)[] fields) =>
        new(fields.ToDictionary(static field => field.Name, static field => field.Value, StringComparer.Ordinal));
}
