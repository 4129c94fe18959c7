using Agent.Kubernetes.Objects;

namespace Agent.Kubernetes.Watching;

/// <summary>What is watched, and where.</summary>
internal sealed record WatchTarget<T>(KubernetesClient Client, ResourceKind<T> Kind, WatchScope Scope, WatchSettings Settings)
    where T : class, IKubernetesObject;
