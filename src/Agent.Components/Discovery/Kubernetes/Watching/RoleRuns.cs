using Agent.Components.Common.Kubernetes;
using Agent.Components.Discovery.Kubernetes.Roles;
using Agent.Kubernetes;
using Agent.Kubernetes.Objects;

namespace Agent.Components.Discovery.Kubernetes.Watching;

/// <summary>The runs of one plan, one for each namespace.</summary>
internal sealed class RoleRuns : IAsyncDisposable
{
    private readonly List<IRoleRun> _runs;

    private RoleRuns(WatchPlan plan, List<IRoleRun> runs)
    {
        Plan = plan;
        _runs = runs;
    }

    public WatchPlan Plan { get; }

    public IReadOnlyList<WatchReport> Reports => [.. _runs.SelectMany(static run => run.Reports)];

    /// <summary>Whether targets of every namespace are known.</summary>
    public bool IsListed => _runs.TrueForAll(static run => run.IsListed);

    public static RoleRuns Start(WatchPlan plan, IReadOnlyList<string?> namespaces, KubernetesAccess access, Action signal)
    {
        var metadata = new MetaLabels();
        return new RoleRuns(plan, [.. namespaces.Select(name => Start(plan, name, new RunParts(access, metadata, signal)))]);
    }

    /// <summary>Makes targets again of what has changed; false where all are as before.</summary>
    public bool Update(TargetGroups groups)
    {
        bool isChanged = false;
        foreach (IRoleRun run in _runs)
        {
            isChanged |= run.Update(groups);
        }
        return isChanged;
    }

    /// <summary>Whether the targets of that object are these runs' to keep.</summary>
    public bool Covers(string key) =>
        _runs.Exists(run => run.Namespace is null || key.StartsWith(run.Namespace + "/", StringComparison.Ordinal));

    public async ValueTask DisposeAsync()
    {
        foreach (IRoleRun run in _runs)
        {
            await run.DisposeAsync();
        }
    }

    private static IRoleRun Start(WatchPlan plan, string? inNamespace, RunParts parts) => plan.Arguments.Role switch
    {
        KubernetesRole.Node => Start(plan, inNamespace, parts, Kinds.Nodes, new NodeTargets(parts.Metadata)),
        KubernetesRole.Pod => Start(plan, inNamespace, parts, Kinds.Pods, new PodTargets(parts.Metadata)),
        KubernetesRole.Service => Start(plan, inNamespace, parts, Kinds.Services, new ServiceTargets(parts.Metadata)),
        KubernetesRole.Endpoints => Start(plan, inNamespace, parts, Kinds.Endpoints, new EndpointsTargets(parts.Metadata)),
        KubernetesRole.EndpointSlice => Start(plan, inNamespace, parts, Kinds.EndpointSlices, new EndpointSliceTargets(parts.Metadata)),
        _ => Start(plan, inNamespace, parts, Kinds.Ingresses, new IngressTargets(parts.Metadata)),
    };

    private static RoleRun<T> Start<T>(WatchPlan plan, string? inNamespace, RunParts parts, ResourceKind<T> kind, IRoleTargets<T> role)
        where T : class, IKubernetesObject
    {
        var own = new OwnWatch<T>(parts.Access, kind, plan.ScopeOf(plan.Arguments.Role, inNamespace));
        return new RoleRun<T>(role, own, new RelatedWatches(plan, parts.Access, inNamespace, parts.Signal), parts.Signal);
    }

    private sealed record RunParts(KubernetesAccess Access, MetaLabels Metadata, Action Signal);
}
