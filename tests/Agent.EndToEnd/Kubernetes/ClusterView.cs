using System.Text.Json.Nodes;

namespace Agent.EndToEnd.Kubernetes;

/// <summary>What the rules of configurations ask of objects, read from their JSON as the API server sent it.</summary>
internal static class ClusterView
{
    public static string Name(this JsonObject item) => item["metadata"]!["name"]!.GetValue<string>();

    public static string NamespaceOf(this JsonObject item) => item["metadata"]!["namespace"]!.GetValue<string>();

    public static string Uid(this JsonObject item) => item["metadata"]!["uid"]!.GetValue<string>();

    public static string? Label(this JsonObject item, string name) => item["metadata"]!["labels"]?[name]?.GetValue<string>();

    public static string? Annotation(this JsonObject item, string name) => item["metadata"]!["annotations"]?[name]?.GetValue<string>();

    public static string Node(this JsonObject pod) => pod["spec"]!["nodeName"]!.GetValue<string>();

    public static string Phase(this JsonObject pod) => pod["status"]!["phase"]!.GetValue<string>();

    /// <summary>Null before the pod has one: it is no target then.</summary>
    public static string? Address(this JsonObject pod) => pod["status"]!["podIP"]?.GetValue<string>();

    public static string InternalAddress(this JsonObject node) => node["status"]!["addresses"]![0]!["address"]!.GetValue<string>();

    /// <summary>Init containers first, as the API lists them.</summary>
    public static IEnumerable<JsonObject> Containers(this JsonObject pod) =>
        (pod["spec"]!["initContainers"]?.AsArray() ?? []).Concat(pod["spec"]!["containers"]!.AsArray()).Select(static container => container!.AsObject());

    public static string ContainerName(this JsonObject container) => container["name"]!.GetValue<string>();

    public static string Image(this JsonObject container) => container["image"]!.GetValue<string>();

    /// <summary>Name of the owner that controls it; null without one.</summary>
    public static string? Controller(this JsonObject pod) => (pod["metadata"]!["ownerReferences"]?.AsArray() ?? [])
        .FirstOrDefault(static owner => owner!["controller"]?.GetValue<bool>() == true)?["name"]!.GetValue<string>();
}
