namespace Agent.Kubernetes.Watching;

/// <summary>Which objects of a kind are watched; compared by content.</summary>
/// <param name="Namespace">Null for all namespaces.</param>
/// <param name="LabelSelector">As the API takes it, such as <c>app=web,tier!=cache</c>; empty for none.</param>
/// <param name="FieldSelector">As the API takes it, such as <c>spec.nodeName=node-a</c>; empty for none.</param>
public sealed record WatchScope(string? Namespace = null, string LabelSelector = "", string FieldSelector = "");
