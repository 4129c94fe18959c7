using Agent.Kubernetes.Objects;
using Agent.Kubernetes.Watching;
using Agent.Sdk.Sharing;

namespace Agent.Components.Common.Kubernetes;

/// <summary>A shared watch that keeps the connection it runs over for as long as it runs.</summary>
internal sealed class HeldWatch<T>(IResourceWatch<T> watch, SharedLease<ClusterHttp> http) : IResourceWatch<T>
    where T : class, IKubernetesObject
{
    public IReadOnlyDictionary<string, T> Objects => watch.Objects;

    public WatchStatus Status => watch.Status;

    public Task FirstList => watch.FirstList;

    public IDisposable Subscribe(Action<ResourceChange<T>> changed) => watch.Subscribe(changed);

    public async ValueTask DisposeAsync()
    {
        await watch.DisposeAsync();
        await http.DisposeAsync();
    }
}
