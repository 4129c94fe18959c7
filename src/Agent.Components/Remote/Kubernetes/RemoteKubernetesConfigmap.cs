using Agent.Components.Common.Kubernetes;
using Agent.Sdk;
using Agent.Sdk.Access;
using Agent.Sdk.Declarations;

namespace Agent.Components.Remote.Kubernetes;

/// <summary>Exposes the data of a Kubernetes ConfigMap and keeps it current.</summary>
/// <example>remote.kubernetes.configmap "endpoint" {
///   namespace = "monitoring"
///   name      = "metrics-configmap"
/// }</example>
[Component("remote.kubernetes.configmap")]
public sealed class RemoteKubernetesConfigmap(ComponentContext context) : IComponent<RemoteKubernetesConfigmap.Arguments>, IKubernetesUser
{
    private readonly PollLoop _loop = new(context, "got configmap");

    public sealed record Arguments
    {
        /// <summary>Namespace of the ConfigMap.</summary>
        public required string Namespace { get; init; }

        /// <summary>Name of the ConfigMap.</summary>
        public required string Name { get; init; }

        [Flatten] public ObjectOptions Options { get; init; } = new();
    }

    /// <param name="Data">The values of the ConfigMap by their keys.</param>
    public sealed record Exports(ValueMap<OptionalSecret> Data);

    public static IEnumerable<AccessRule> Access(AccessQuery query) => ObjectAccess.Of(query, "configmaps");

    /// <exception cref="ComponentException">The server does not answer, or has no such object.</exception>
    public async ValueTask ApplyAsync(Arguments arguments, CancellationToken stop) => await _loop.ApplyAsync(
        new ObjectRequest(
            KubernetesAccess.Open(context, arguments.Options.Client), (arguments.Namespace, arguments.Name), isSecret: false, static data => new Exports(data)),
        arguments.Options.Times,
        stop);

    public Task RunAsync(CancellationToken stop) => _loop.RunAsync(stop);

    public ValueTask DisposeAsync() => _loop.DisposeAsync();
}
