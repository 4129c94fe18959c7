using Agent.Kubernetes.Objects;

namespace Agent.Components.Discovery.Kubernetes.Roles;

/// <summary>The objects beside the ones that targets are made of, at one moment.</summary>
internal sealed record ClusterView
{
    private static readonly Dictionary<string, Pod> NoPods = [];
    private static readonly Dictionary<string, Service> NoServices = [];

    public static ClusterView Empty { get; } = new();

    /// <summary>By <c>namespace/name</c>.</summary>
    public IReadOnlyDictionary<string, Pod> Pods { get; init; } = NoPods;

    /// <summary>By <c>namespace/name</c>.</summary>
    public IReadOnlyDictionary<string, Service> Services { get; init; } = NoServices;

    /// <summary>By name; null where nothing is attached of them.</summary>
    public IReadOnlyDictionary<string, Node>? Nodes { get; init; }

    /// <summary>By name; null where nothing is attached of them.</summary>
    public IReadOnlyDictionary<string, Namespace>? Namespaces { get; init; }

    public static string KeyOf(string inNamespace, string name) => inNamespace.Length == 0 ? name : $"{inNamespace}/{name}";
}

/// <summary>Which of the objects beside have changed since targets were last made, by their keys.</summary>
internal sealed class RelatedChanges
{
    public HashSet<string> Pods { get; } = new(StringComparer.Ordinal);

    public HashSet<string> Services { get; } = new(StringComparer.Ordinal);

    public HashSet<string> Nodes { get; } = new(StringComparer.Ordinal);

    public HashSet<string> Namespaces { get; } = new(StringComparer.Ordinal);

    public bool IsEmpty => Pods.Count == 0 && Services.Count == 0 && Nodes.Count == 0 && Namespaces.Count == 0;

    public bool Concerns(ObjectReference target) =>
        Pods.Count > 0 && target.Kind == "Pod" && Pods.Contains(ClusterView.KeyOf(target.Namespace, target.Name));
}
