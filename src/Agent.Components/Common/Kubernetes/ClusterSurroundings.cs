namespace Agent.Components.Common.Kubernetes;

/// <summary>What Kubernetes gives to the containers of a pod; compared by content.</summary>
/// <param name="Host">Address of the API server; empty outside of a cluster.</param>
/// <param name="Port">Its port.</param>
/// <param name="Folder">Where token, authorities and namespace of the service account are mounted.</param>
public sealed record ClusterSurroundings(string Host, string Port, string Folder)
{
    /// <summary>Those of this process.</summary>
    public static ClusterSurroundings OfProcess() => new(
        Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_HOST") ?? "",
        Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_PORT") ?? "",
        "/var/run/secrets/kubernetes.io/serviceaccount");
}
