using Agent.Components.Common.Kubernetes;
using Agent.Components.Discovery.Kubernetes.Roles;
using Agent.Kubernetes.Objects;
using Agent.Kubernetes.Watching;

namespace Agent.Components.Discovery.Kubernetes.Watching;

/// <summary>The watches of the objects beside the ones that targets are made of, as the role needs them.</summary>
internal sealed class RelatedWatches
{
    private readonly Action _signal;
    private readonly Lock _gate = new();
    private readonly List<IWatched> _all = [];
    private readonly Watched<Pod>? _pods;
    private readonly Watched<Service>? _services;
    private readonly Watched<Node>? _nodes;
    private readonly Watched<Namespace>? _namespaces;
    private RelatedChanges _changes = new();

    /// <param name="plan">What is watched.</param>
    /// <param name="access">Gives the watches.</param>
    /// <param name="inNamespace">Where; null for everywhere.</param>
    /// <param name="signal">Called for each change.</param>
    public RelatedWatches(WatchPlan plan, KubernetesAccess access, string? inNamespace, Action signal)
    {
        _signal = signal;
        KubernetesRole role = plan.Arguments.Role;
        bool isBacked = role is KubernetesRole.Endpoints or KubernetesRole.EndpointSlice;
        DiscoveryKubernetes.AttachedMetadata attach = plan.Arguments.AttachMetadata;
        if (isBacked)
        {
            _services = Open(new Watched<Service>(
                access, Kinds.Services, plan.ScopeOf(KubernetesRole.Service, inNamespace), change => Note(change, static changes => changes.Services)));
            _pods = Open(new Watched<Pod>(
                access, Kinds.Pods, plan.ScopeOf(KubernetesRole.Pod, inNamespace), change => Note(change, static changes => changes.Pods)));
        }
        if (attach.Node && (isBacked || role == KubernetesRole.Pod))
        {
            _nodes = Open(new Watched<Node>(
                access, Kinds.Nodes, plan.ScopeOf(KubernetesRole.Node, inNamespace), change => NoteMetadata(change, static changes => changes.Nodes)));
        }
        if (attach.Namespace && role != KubernetesRole.Node)
        {
            _namespaces = Open(new Watched<Namespace>(
                access, Kinds.Namespaces, new WatchScope(), change => NoteMetadata(change, static changes => changes.Namespaces)));
        }
    }

    public IReadOnlyList<IWatched> All => _all;

    public ClusterView View() => new()
    {
        Pods = _pods?.Objects ?? ClusterView.Empty.Pods,
        Services = _services?.Objects ?? ClusterView.Empty.Services,
        Nodes = _nodes?.Objects,
        Namespaces = _namespaces?.Objects,
    };

    /// <summary>What has changed since the last call.</summary>
    public RelatedChanges TakeChanges()
    {
        lock (_gate)
        {
            RelatedChanges taken = _changes;
            _changes = taken.IsEmpty ? taken : new RelatedChanges();
            return taken;
        }
    }

    private Watched<T> Open<T>(Watched<T> watched)
        where T : class, IKubernetesObject
    {
        _all.Add(watched);
        return watched;
    }

    /// <summary>Only labels, annotations and being there count: nodes report their health every few seconds.</summary>
    private void NoteMetadata<T>(ResourceChange<T> change, Func<RelatedChanges, HashSet<string>> keys)
        where T : class, IKubernetesObject
    {
        if (change.Before?.Metadata is { } before && change.After?.Metadata is { } after
            && before.Labels.Equals(after.Labels) && before.Annotations.Equals(after.Annotations))
        {
            return;
        }
        Note(change, keys);
    }

    private void Note<T>(ResourceChange<T> change, Func<RelatedChanges, HashSet<string>> keys)
        where T : class, IKubernetesObject
    {
        if ((change.After ?? change.Before)?.Metadata is { } metadata)
        {
            lock (_gate)
            {
                keys(_changes).Add(ClusterView.KeyOf(metadata.Namespace, metadata.Name));
            }
        }
        _signal();
    }
}
