using Agent.Kubernetes;
using Agent.Kubernetes.Objects;
using Agent.Kubernetes.Watching;
using Agent.Sdk;
using Agent.Sdk.Sharing;

namespace Agent.Components.Common.Kubernetes;

/// <summary>A component's way to the API server. Components with equal options share one connection and, for the same objects, one watch.</summary>
/// <remarks>Dispose of it, and of the leases of its watches, in any order.</remarks>
public sealed class KubernetesAccess : IAsyncDisposable
{
    private readonly ComponentContext _context;
    private readonly HttpKey _key;
    private readonly SharedLease<ClusterHttp> _http;

    private KubernetesAccess(ComponentContext context, HttpKey key)
    {
        (_context, _key) = (context, key);
        _http = RentHttp();
    }

    public KubernetesClient Client => _http.Resource.Client;

    /// <summary>The namespace of the agent's pod, or that of the kubeconfig's context; <c>default</c> where there is neither.</summary>
    public string OwnNamespace => _http.Resource.Namespace;

    /// <param name="surroundings">What the pod has; that of this process where null.</param>
    /// <exception cref="ComponentException">The options do not lead to an API server, such as outside of a cluster; the message says why.</exception>
    public static KubernetesAccess Open(ComponentContext context, KubernetesClientOptions options, ClusterSurroundings? surroundings = null) =>
        new(context, new HttpKey(options, surroundings ?? ClusterSurroundings.OfProcess()));

    /// <summary>The objects of a kind and scope: of a watch that runs already, or of a new one that begins at once.</summary>
    public SharedLease<IResourceWatch<T>> Watch<T>(ResourceKind<T> kind, WatchScope scope)
        where T : class, IKubernetesObject =>
        _context.Shared.Rent<IResourceWatch<T>>(new WatchKey<T>(_key, kind, scope), () =>
        {
            // The watch may outlive this access, and its component: it has a hold of its own.
            SharedLease<ClusterHttp> http = RentHttp();
            var settings = new WatchSettings { Time = _context.Time, Logger = _context.Logger };
            return new HeldWatch<T>(new ResourceWatch<T>(http.Resource.Client, kind, scope, settings), http);
        });

    public ValueTask DisposeAsync() => _http.DisposeAsync();

    private SharedLease<ClusterHttp> RentHttp() =>
        _context.Shared.Rent(_key, () => new ClusterHttp(ClusterAddress.Of(_key.Options, _key.Surroundings), _context.Time));

    private sealed record HttpKey(KubernetesClientOptions Options, ClusterSurroundings Surroundings);

    private sealed record WatchKey<T>(HttpKey Http, ResourceKind<T> Kind, WatchScope Scope)
        where T : class, IKubernetesObject;
}
