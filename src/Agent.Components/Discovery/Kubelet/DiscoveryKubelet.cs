using Agent.Components.Common.Http;
using Agent.Components.Common.Kubernetes;
using Agent.Sdk;
using Agent.Sdk.Access;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;
using Agent.Syntax.Values;
using Agent.Telemetry;

namespace Agent.Components.Discovery.Kubelet;

/// <summary>Asks a kubelet for the pods of its node.</summary>
/// <example>discovery.kubelet "k8s_pods" {
///   bearer_token_file = "/var/run/secrets/kubernetes.io/serviceaccount/token"
///   namespaces        = ["default", "kube-system"]
/// }</example>
[Component("discovery.kubelet")]
public sealed class DiscoveryKubelet : IComponent<DiscoveryKubelet.Arguments>, IDebuggable, IKubernetesUser
{
    private const string OlderKubelets = "Kubelets before Kubernetes 1.33 ask for nodes/proxy instead, which also lets its holder run commands in every container.";
    private static readonly TimeSpan LongestRequest = TimeSpan.FromSeconds(30);

    private readonly ComponentContext _context;
    private readonly FoundTargets _found;
    private readonly RefreshLoop _loop;

    public DiscoveryKubelet(ComponentContext context)
    {
        _context = context;
        _found = new FoundTargets(context, static targets => new Exports(targets));
        _loop = new RefreshLoop(context, "kubelet", _found);
    }

    public sealed record Arguments : IValidated
    {
        /// <summary>URL of the kubelet; `/pods` is added to it.</summary>
        public Uri Url { get; init; } = new("https://localhost:10250");

        /// <summary>Time between two requests.</summary>
        public TimeSpan RefreshInterval { get; init; } = TimeSpan.FromSeconds(5);

        /// <summary>Namespaces whose pods become targets; all where there are none.</summary>
        public ValueList<string> Namespaces { get; init; } = [];

        [Flatten] public HttpClientOptions Http { get; init; } = new();

        public void Validate(ValidationContext context)
        {
            if (!Url.IsAbsoluteUri || Url.Scheme is not ("http" or "https") || Url.Host.Length == 0)
            {
                context.Error("url", $"cannot ask {Url.OriginalString} for pods: it is no http or https URL with a host");
            }
            RefreshInterval.RequirePositive(context, "refresh_interval");
        }
    }

    /// <param name="Targets">The targets that the pods of the last good answer make.</param>
    public sealed record Exports(ValueList<Target> Targets);

    public static IEnumerable<AccessRule> Access(AccessQuery query) =>
        PodIdentity.ShowsToken(query.Block) ? [new AccessRule("", "nodes/pods", AccessVerbs.Get) { Note = OlderKubelets }] : [];

    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop)
    {
        _loop.Apply(new KubeletSearch(arguments, HttpClientBuilder.Build(arguments.Http, _context.Time)), arguments.RefreshInterval, LongestRequest);
        return ValueTask.CompletedTask;
    }

    public Task RunAsync(CancellationToken stop) => _loop.RunAsync(stop);

    public Value DebugState() => _found.DebugState();

    public ValueTask DisposeAsync()
    {
        _loop.Dispose();
        return ValueTask.CompletedTask;
    }
}
