using Agent.Components.Loki.PodTails;
using Agent.Kubernetes.Objects;
using Agent.Syntax.Values;
using Agent.Telemetry;

namespace Agent.Components.Loki.SourcePodlogs;

/// <summary>What a resource has led to.</summary>
internal sealed record FoundPodLogs(ObjectMeta Metadata, string At)
{
    public string Fault { get; init; } = "";

    public List<FoundContainer> Containers { get; } = [];

    public Value Describe() => new MapValue(new Dictionary<string, Value>(StringComparer.Ordinal)
    {
        ["namespace"] = Value.Of(Metadata.Namespace),
        ["name"] = Value.Of(Metadata.Name),
        ["last_reconcile"] = Value.Of(At),
        ["reconcile_error"] = Value.Of(Fault),
        ["pod"] = new ListValue([.. Containers.GroupBy(static container => container.Pod, ReferenceEqualityComparer.Instance).Select(static group => Describe([.. group]))]),
    });

    private static MapValue Describe(List<FoundContainer> containers) => new(new Dictionary<string, Value>(StringComparer.Ordinal)
    {
        ["namespace"] = Value.Of(containers[0].Pod.Namespace),
        ["name"] = Value.Of(containers[0].Pod.Name),
        ["container"] = new ListValue([.. containers.Select(static container => new MapValue(new Dictionary<string, Value>(StringComparer.Ordinal)
        {
            ["discovered_labels"] = Map(container.Discovered),
            ["labels"] = Map(container.Target?.Labels ?? LabelSet.Empty),
            ["reconcile_error"] = Value.Of(container.Fault),
        }))]),
    });

    private static MapValue Map(LabelSet labels) =>
        new(labels.ToDictionary(static label => label.Name, static label => Value.Of(label.Value), StringComparer.Ordinal));
}

/// <summary>A container of a pod that a resource selects.</summary>
/// <param name="Target">Null where rules drop it, or it cannot be read.</param>
internal sealed record FoundContainer(ObjectMeta Pod, LabelSet Discovered, PodTarget? Target, string Fault);
