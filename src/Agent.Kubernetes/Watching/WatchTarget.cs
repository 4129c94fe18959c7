using Agent.Kubernetes.Objects;

namespace Agent.Kubernetes.Watching;

/// <summary>What is watched, and where.</summary>
internal sealed record WatchTarget<T>(KubernetesClient Client, ResourceKind<T> Kind, WatchScope Scope, WatchSettings Settings)
    where T : class, IKubernetesObject
{
    /// <summary>An answer with JSON, whose body is still to be read.</summary>
    public Task<HttpResponseMessage> OpenAsync(string path, CancellationToken stop) => Client.GetJsonAsync(path, stop);
}
