using Agent.Components.Common.Kubernetes;
using Agent.Components.Discovery.Kubernetes.Roles;
using Agent.Kubernetes;
using Agent.Kubernetes.Objects;
using Agent.Kubernetes.Watching;
using Agent.Telemetry;

namespace Agent.Components.Discovery.Kubernetes.Watching;

/// <summary>Keeps the targets of one namespace, or of all, up to date.</summary>
internal interface IRoleRun : IAsyncDisposable
{
    /// <summary>Null for all.</summary>
    string? Namespace { get; }

    /// <summary>Whether all lists have been taken: until then the targets of before stay.</summary>
    bool IsListed { get; }

    IEnumerable<WatchReport> Reports { get; }

    /// <summary>Makes targets again of what has changed since the last call; false where all are as before. One call at a time.</summary>
    bool Update(TargetGroups groups);
}

/// <summary>The watches of one role in one namespace, and what becomes of them.</summary>
internal sealed class RoleRun<T> : IRoleRun
    where T : class, IKubernetesObject
{
    private readonly IRoleTargets<T> _role;
    private readonly Watched<T> _own;
    private readonly RelatedWatches _related;
    private readonly Action _signal;
    private readonly Lock _gate = new();
    private readonly List<Target> _targets = [];
    private HashSet<string> _changed = new(StringComparer.Ordinal);

    /// <summary>The first targets are made of all objects there are: only what changes after that is noted.</summary>
    private bool _isBuilt;

    /// <param name="role">Makes targets of objects.</param>
    /// <param name="watches">Opens the watch of the objects themselves.</param>
    /// <param name="related">The watches beside.</param>
    /// <param name="signal">Called when there is something to do.</param>
    public RoleRun(IRoleTargets<T> role, OwnWatch<T> watches, RelatedWatches related, Action signal)
    {
        _role = role;
        _related = related;
        _signal = signal;
        Namespace = watches.Scope.Namespace;
        _own = new Watched<T>(watches.Access, watches.Kind, watches.Scope, Note);
        Task.WhenAll([_own.FirstList, .. related.All.Select(static watched => watched.FirstList)])
            .ContinueWith(_ => signal(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    public string? Namespace { get; }

    public bool IsListed =>
        _own.FirstList.IsCompletedSuccessfully && _related.All.All(static watched => watched.FirstList.IsCompletedSuccessfully);

    public IEnumerable<WatchReport> Reports => _related.All.Select(static watched => watched.Report).Prepend(_own.Report);

    public bool Update(TargetGroups groups)
    {
        if (!IsListed)
        {
            return false;
        }
        (HashSet<string> changed, bool isFirst) = TakeChanged();
        RelatedChanges related = _related.TakeChanges();
        // Only now: what was changed before it was noted is in what is there.
        IReadOnlyDictionary<string, T> objects = _own.Objects;
        if (!isFirst && !related.IsEmpty)
        {
            changed.UnionWith(objects.Where(pair => _role.IsConcerned(pair.Value, related)).Select(static pair => pair.Key));
        }
        // What came from other watches than these is over, in this namespace.
        bool isChanged = isFirst && groups.RemoveWhere(key => IsWithin(key) && !objects.ContainsKey(key));
        return (isFirst ? Build(objects.Keys, objects, groups) : Build(changed, objects, groups)) || isChanged;
    }

    public async ValueTask DisposeAsync()
    {
        await _own.DisposeAsync();
        foreach (IWatched watched in _related.All)
        {
            await watched.DisposeAsync();
        }
    }

    private bool Build(IEnumerable<string> keys, IReadOnlyDictionary<string, T> objects, TargetGroups groups)
    {
        bool isChanged = false;
        ClusterView view = _related.View();
        foreach (string key in keys)
        {
            _targets.Clear();
            if (objects.TryGetValue(key, out T? item))
            {
                _role.Build(item, view, _targets);
            }
            isChanged |= groups.Set(key, _targets);
        }
        return isChanged;
    }

    private bool IsWithin(string key) => Namespace is null || key.StartsWith(Namespace + "/", StringComparison.Ordinal);

    private void Note(ResourceChange<T> change)
    {
        if ((change.After ?? change.Before)?.Metadata is { } metadata)
        {
            lock (_gate)
            {
                if (_isBuilt)
                {
                    _changed.Add(ClusterView.KeyOf(metadata.Namespace, metadata.Name));
                }
            }
        }
        _signal();
    }

    private (HashSet<string> Changed, bool IsFirst) TakeChanged()
    {
        lock (_gate)
        {
            (HashSet<string> taken, bool isFirst) = (_changed, !_isBuilt);
            _changed = new HashSet<string>(StringComparer.Ordinal);
            _isBuilt = true;
            return (taken, isFirst);
        }
    }
}

/// <summary>Which watch the objects come from that targets are made of.</summary>
internal sealed record OwnWatch<T>(KubernetesAccess Access, ResourceKind<T> Kind, WatchScope Scope)
    where T : class, IKubernetesObject;
