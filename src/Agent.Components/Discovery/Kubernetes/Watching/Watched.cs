using Agent.Components.Common.Kubernetes;
using Agent.Kubernetes;
using Agent.Kubernetes.Objects;
using Agent.Kubernetes.Watching;
using Agent.Sdk.Sharing;

namespace Agent.Components.Discovery.Kubernetes.Watching;

/// <summary>One watch that is in use, whatever it is of.</summary>
internal interface IWatched : IAsyncDisposable
{
    Task FirstList { get; }

    WatchReport Report { get; }
}

/// <summary>How one watch is doing.</summary>
internal sealed record WatchReport(string Resource, WatchScope Scope, int Objects, WatchStatus Status);

/// <summary>A watch with the subscription to it.</summary>
internal sealed class Watched<T> : IWatched
    where T : class, IKubernetesObject
{
    private readonly ResourceKind<T> _kind;
    private readonly WatchScope _scope;
    private readonly SharedLease<IResourceWatch<T>> _lease;
    private readonly IDisposable _subscription;

    /// <param name="access">Gives the watch.</param>
    /// <param name="kind">What is watched.</param>
    /// <param name="scope">Which of them.</param>
    /// <param name="changed">Called for each change, and with two nulls for a change of status alone.</param>
    public Watched(KubernetesAccess access, ResourceKind<T> kind, WatchScope scope, Action<ResourceChange<T>> changed)
    {
        _kind = kind;
        _scope = scope;
        _lease = access.Watch(kind, scope);
        _subscription = _lease.Resource.Subscribe(changed);
    }

    public IReadOnlyDictionary<string, T> Objects => _lease.Resource.Objects;

    public Task FirstList => _lease.Resource.FirstList;

    public WatchReport Report => new(_kind.Plural, _scope, _lease.Resource.Objects.Count, _lease.Resource.Status);

    public ValueTask DisposeAsync()
    {
        _subscription.Dispose();
        return _lease.DisposeAsync();
    }
}
