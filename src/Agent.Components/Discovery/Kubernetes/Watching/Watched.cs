using Agent.Kubernetes;
using Agent.Kubernetes.Objects;
using Agent.Kubernetes.Watching;

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
    private readonly IResourceWatch<T> _watch;
    private readonly IDisposable _subscription;

    /// <param name="source">Gives the watch.</param>
    /// <param name="kind">What is watched.</param>
    /// <param name="scope">Which of them.</param>
    /// <param name="changed">Called for each change, and with two nulls for a change of status alone.</param>
    public Watched(IWatchSource source, ResourceKind<T> kind, WatchScope scope, Action<ResourceChange<T>> changed)
    {
        _kind = kind;
        _scope = scope;
        _watch = source.Watch(kind, scope);
        _subscription = _watch.Subscribe(changed);
    }

    public IReadOnlyDictionary<string, T> Objects => _watch.Objects;

    public Task FirstList => _watch.FirstList;

    public WatchReport Report => new(_kind.Plural, _scope, _watch.Objects.Count, _watch.Status);

    public ValueTask DisposeAsync()
    {
        _subscription.Dispose();
        return _watch.DisposeAsync();
    }
}
