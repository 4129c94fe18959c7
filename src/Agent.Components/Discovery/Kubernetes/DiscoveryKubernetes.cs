using System.Threading.Channels;
using Agent.Components.Common.Kubernetes;
using Agent.Components.Discovery.Kubernetes.Watching;
using Agent.Sdk;
using Agent.Sdk.Access;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;
using Agent.Syntax.Values;
using Agent.Telemetry;

namespace Agent.Components.Discovery.Kubernetes;

/// <summary>Finds the pods, nodes, services, endpoints or ingresses of a Kubernetes cluster, and hears of changes at once.</summary>
/// <example>discovery.kubernetes "pods" {
///   role = "pod"
///   namespaces { names = ["shop"] }
/// }</example>
[Component("discovery.kubernetes")]
public sealed class DiscoveryKubernetes(ComponentContext context) : IComponent<DiscoveryKubernetes.Arguments>, IDebuggable, IConsumerAware, IKubernetesUser
{
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly TargetGroups _groups = new();
    private volatile Arguments? _arguments;
    private volatile IReadOnlyList<ExportUse> _uses = [];
    private volatile DiscoveryReport _report = DiscoveryReport.None;

    public sealed record Arguments : IValidated
    {
        /// <summary>What becomes targets: `pod`, `node`, `service`, `endpoints`, `endpointslice` or `ingress`.</summary>
        public required KubernetesRole Role { get; init; }

        [Flatten] public KubernetesClientOptions Client { get; init; } = new();

        /// <summary>Which namespaces to look in.</summary>
        [Block] public SearchedNamespaces Namespaces { get; init; } = new();

        /// <summary>Objects of a role that the API server is asked for; repeat the block for several roles.</summary>
        [Block] public ValueList<Selector> Selectors { get; init; } = [];

        /// <summary>What is added to targets of the objects around them.</summary>
        [Block] public AttachedMetadata AttachMetadata { get; init; } = new();

        /// <summary>The roles whose selectors count.</summary>
        private KubernetesRole[] Selectable => Role switch
        {
            KubernetesRole.Pod => [KubernetesRole.Pod, KubernetesRole.Node],
            KubernetesRole.Endpoints or KubernetesRole.EndpointSlice => [Role, KubernetesRole.Pod, KubernetesRole.Service, KubernetesRole.Node],
            _ => [Role],
        };

        public void Validate(ValidationContext context)
        {
            // Alloy ignores both mistakes, so neither may keep a configuration from loading.
            foreach (IGrouping<KubernetesRole, Selector> selectors in Selectors.GroupBy(static selector => selector.Role))
            {
                string name = KubernetesRoles.NameOf(selectors.Key);
                if (!Selectable.Contains(selectors.Key))
                {
                    context.Warn("selectors", $"selectors of the role {name} are of no use: targets of the role {KubernetesRoles.NameOf(Role)} need none of these objects");
                }
                else if (selectors.Count() > 1)
                {
                    context.Warn("selectors", $"several selectors of the role {name}: only the last one counts", "write both conditions into one block, separated by a comma");
                }
            }
        }
    }

    public sealed record SearchedNamespaces
    {
        /// <summary>Namespaces to look in; all where there are none.</summary>
        public ValueList<string> Names { get; init; } = [];

        /// <summary>Whether the namespace that the agent runs in is one of them.</summary>
        public bool OwnNamespace { get; init; }
    }

    public sealed record Selector
    {
        /// <summary>The role whose objects are selected.</summary>
        public required KubernetesRole Role { get; init; }

        /// <summary>Selects by labels, such as `app=web,tier!=cache`.</summary>
        public string Label { get; init; } = "";

        /// <summary>Selects by fields, such as `spec.nodeName=node-a`.</summary>
        public string Field { get; init; } = "";
    }

    public sealed record AttachedMetadata
    {
        /// <summary>Adds labels and annotations of the node, to targets of pods and endpoints.</summary>
        public bool Node { get; init; }

        /// <summary>Adds labels and annotations of the namespace, to all targets but nodes.</summary>
        public bool Namespace { get; init; }
    }

    /// <param name="Targets">The targets that the objects of the cluster make.</param>
    public sealed record Exports(ValueList<Target> Targets);

    public static IEnumerable<AccessRule> Access(AccessQuery query) => DiscoveryAccess.Of(query);

    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop)
    {
        if (_arguments is null)
        {
            context.Export(new Exports(ValueList<Target>.Empty));
        }
        _arguments = arguments;
        Wake();
        return ValueTask.CompletedTask;
    }

    public void ConsumersChanged(IReadOnlyList<ExportUse> uses)
    {
        _uses = uses;
        Wake();
    }

    public async Task RunAsync(CancellationToken stop)
    {
        await using var run = new DiscoveryRun(context, _groups, Wake);
        Wake();
        try
        {
            await foreach (bool _ in _wake.Reader.ReadAllAsync(stop))
            {
                await run.FollowAsync(_arguments!, _uses);
                TimeSpan pause = run.Publish();
                _report = run.Report;
                await Task.Delay(pause, context.Time, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The ordinary end.
        }
    }

    public Value DebugState() => _report.ToValue(_arguments?.Role);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private void Wake() => _wake.Writer.TryWrite(true);
}
