using Agent.Components.Common.Http;
using Agent.Sdk;

namespace Agent.Components.Common.Kubernetes;

/// <summary>An API server, how to reach it, and the namespace that is meant where none is named.</summary>
internal sealed record ClusterAddress(Uri Server, HttpClientOptions Http, string Namespace)
{
    private const string DefaultNamespace = "default";

    /// <exception cref="ComponentException">The kubeconfig or the surroundings do not say where the API server is.</exception>
    public static ClusterAddress Of(KubernetesClientOptions options, ClusterSurroundings surroundings)
    {
        if (options.KubeconfigFile.Length > 0)
        {
            return Kubeconfig.Load(options.KubeconfigFile);
        }
        return options.ApiServer is { } server
            ? new ClusterAddress(server, options.Http, NamespaceIn(surroundings))
            : OfPod(surroundings);
    }

    private static ClusterAddress OfPod(ClusterSurroundings surroundings)
    {
        if (surroundings.Host.Length == 0 || surroundings.Port.Length == 0)
        {
            throw new ComponentException(
                "cannot find the API server: the agent does not run in a pod (KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set); "
                    + "set api_server or kubeconfig_file");
        }
        string token = Path.Combine(surroundings.Folder, "token");
        if (!File.Exists(token))
        {
            throw new ComponentException($"cannot authenticate: there is no {token}; is automountServiceAccountToken off for the pod or its service account?");
        }
        string host = surroundings.Host.Contains(':', StringComparison.Ordinal) ? $"[{surroundings.Host}]" : surroundings.Host;
        if (!Uri.TryCreate($"https://{host}:{surroundings.Port}/", UriKind.Absolute, out Uri? server))
        {
            throw new ComponentException(
                $"cannot find the API server: KUBERNETES_SERVICE_HOST \"{surroundings.Host}\" and KUBERNETES_SERVICE_PORT \"{surroundings.Port}\" are no address");
        }
        string authorities = Path.Combine(surroundings.Folder, "ca.crt");
        var http = new HttpClientOptions
        {
            // Read again whenever it changes: tokens last an hour.
            BearerTokenFile = token,
            TlsConfig = new TlsClientOptions { CaFile = File.Exists(authorities) ? authorities : "" },
        };
        return new ClusterAddress(server, http, NamespaceIn(surroundings));
    }

    private static string NamespaceIn(ClusterSurroundings surroundings)
    {
        string path = Path.Combine(surroundings.Folder, "namespace");
        try
        {
            return File.Exists(path) && File.ReadAllText(path).Trim() is { Length: > 0 } named ? named : DefaultNamespace;
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new ComponentException($"cannot read {path}: {failed.Message}", failed);
        }
    }
}
