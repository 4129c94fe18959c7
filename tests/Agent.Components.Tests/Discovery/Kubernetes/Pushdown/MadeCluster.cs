using Agent.Components.Discovery.Kubernetes;
using Agent.Components.Discovery.Kubernetes.Roles;
using Agent.Components.Discovery.Kubernetes.Watching;
using Agent.Kubernetes.Objects;
using Agent.Kubernetes.Watching;
using Agent.Telemetry;
using static Agent.Components.Tests.Discovery.Kubernetes.ClusterObjects;

namespace Agent.Components.Tests.Discovery.Kubernetes.Pushdown;

/// <summary>A small cluster at random, and what a plan makes of it where the API server selects as it should.</summary>
internal sealed class MadeCluster
{
    /// <summary>A node whose name has dots; no other differs from it at dots alone, which is what the own node's name is allowed to assume.</summary>
    public const string DottedNode = "ip-10-0-0-1.ec2.internal";

    private static readonly string[] NodeNames = ["node-a", "node-b", "nodexa", "NODE-A", DottedNode, "ip-10-0-0-2.ec2.internal", ""];
    private static readonly string[] Spaces = ["default", "shop", "kube-system"];
    private static readonly string[] Phases = ["Running", "Running", "Running", "Pending", "Succeeded", "Failed", "Unknown", ""];
    private static readonly string[] Apps = ["web", "node-a", "Running", "default"];

    private readonly List<Pod> _pods = [];
    private readonly List<Node> _nodes = [];
    private readonly List<Service> _services = [];
    private readonly List<Endpoints> _endpoints = [];
    private readonly List<EndpointSlice> _slices = [];
    private readonly List<Namespace> _namespaces = [];

    public static MadeCluster Of(Random random)
    {
        var cluster = new MadeCluster();
        foreach (string node in NodeNames.Where(name => name.Length > 0 && random.Next(4) > 0))
        {
            cluster._nodes.Add(Read(Kinds.Nodes, ClusterObjects.Node(node)));
        }
        foreach (string space in Spaces)
        {
            cluster._namespaces.Add(Read(Kinds.Namespaces, ClusterObjects.Namespace(space, $"\"team\": \"{space}\"")));
            string[] names = [.. Enumerable.Range(0, random.Next(1, 5)).Select(i => $"pod-{i}")];
            foreach (string name in names)
            {
                cluster._pods.Add(Read(Kinds.Pods, ClusterObjects.Pod(
                    name, space, NodeNames[random.Next(NodeNames.Length)], Phases[random.Next(Phases.Length)],
                    labels: $"\"app\": \"{Apps[random.Next(Apps.Length)]}\"")));
            }
            // An address may lead to a pod that is gone.
            string[] behind = [.. names.Where(_ => random.Next(3) > 0), .. random.Next(3) == 0 ? (string[])["gone"] : []];
            cluster._services.Add(Read(Kinds.Services, ClusterObjects.Service("web", space)));
            cluster._endpoints.Add(Read(Kinds.Endpoints, ClusterObjects.Endpoints("web", space, behind)));
            cluster._slices.Add(Read(Kinds.EndpointSlices, Slice("web-1", "web", space, behind)));
        }
        return cluster;
    }

    public List<Target> TargetsOf(WatchPlan plan)
    {
        var metadata = new MetaLabels();
        var groups = new SortedDictionary<string, List<Target>>(StringComparer.Ordinal);
        foreach (string? space in plan.Namespaces(static () => "default"))
        {
            ClusterView view = ViewOf(plan, space);
            switch (plan.Arguments.Role)
            {
                case KubernetesRole.Pod:
                    Build(plan, space, _pods, new PodTargets(metadata), view, groups);
                    break;
                case KubernetesRole.Node:
                    Build(plan, space, _nodes, new NodeTargets(metadata), view, groups);
                    break;
                case KubernetesRole.Service:
                    Build(plan, space, _services, new ServiceTargets(metadata), view, groups);
                    break;
                case KubernetesRole.Endpoints:
                    Build(plan, space, _endpoints, new EndpointsTargets(metadata), view, groups);
                    break;
                default:
                    Build(plan, space, _slices, new EndpointSliceTargets(metadata), view, groups);
                    break;
            }
        }
        return [.. groups.Values.SelectMany(static group => group)];
    }

    private ClusterView ViewOf(WatchPlan plan, string? space)
    {
        DiscoveryKubernetes.AttachedMetadata attach = plan.Arguments.AttachMetadata;
        return new ClusterView
        {
            Pods = Selected(_pods, plan.ScopeOf(KubernetesRole.Pod, space)),
            Services = Selected(_services, plan.ScopeOf(KubernetesRole.Service, space)),
            Nodes = attach.Node ? Selected(_nodes, plan.ScopeOf(KubernetesRole.Node, space)) : null,
            Namespaces = attach.Namespace ? Selected(_namespaces, new WatchScope()) : null,
        };
    }

    private static void Build<T>(
        WatchPlan plan, string? space, List<T> items, IRoleTargets<T> role, ClusterView view, SortedDictionary<string, List<Target>> groups)
        where T : class, IKubernetesObject
    {
        foreach ((string key, T item) in Selected(items, plan.ScopeOf(plan.Arguments.Role, space)))
        {
            groups[key] = [];
            role.Build(item, view, groups[key]);
        }
    }

    private static Dictionary<string, T> Selected<T>(List<T> items, WatchScope scope)
        where T : class, IKubernetesObject =>
        items.Where(item => (scope.Namespace is null || item.Metadata.Namespace == scope.Namespace) && Fulfils(item, scope.FieldSelector))
            .ToDictionary(static item => ClusterView.KeyOf(item.Metadata.Namespace, item.Metadata.Name), StringComparer.Ordinal);

    private static bool Fulfils(IKubernetesObject item, string selector) =>
        selector.Split(',', StringSplitOptions.RemoveEmptyEntries).All(term =>
        {
            bool differs = term.Contains("!=", StringComparison.Ordinal);
            string[] sides = term.Split(differs ? "!=" : "=", 2);
            string value = sides[0] switch
            {
                "metadata.name" => item.Metadata.Name,
                "spec.nodeName" => ((Pod)item).NodeName,
                "status.phase" => ((Pod)item).Phase,
                _ => throw new InvalidOperationException($"the API has no selector for {sides[0]}"),
            };
            return value == sides[1] != differs;
        });
}
