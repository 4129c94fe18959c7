using Agent.Components.Common.Http;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;

namespace Agent.Components.Common.Kubernetes;

/// <summary>Which Kubernetes API server is asked, and as whom; with nothing set, that of the cluster that the agent runs in, as its service account.</summary>
public sealed record KubernetesClientOptions : IValidated
{
    /// <summary>URL of the Kubernetes API server.</summary>
    public Uri? ApiServer { get; init; }

    /// <summary>Path of a kubeconfig file whose current context says how to reach the API server.</summary>
    public string KubeconfigFile { get; init; } = "";

    [Flatten] public HttpClientOptions Http { get; init; } = new();

    public void Validate(ValidationContext context)
    {
        if (ApiServer is { } server && !(server.IsAbsoluteUri && server.Scheme is "http" or "https"))
        {
            context.Error("api_server", "cannot reach the API server: api_server is no URL that begins with https:// or http://");
        }
        bool hasOwnHttp = Http != new HttpClientOptions();
        if (ApiServer is not null && KubeconfigFile.Length > 0)
        {
            context.Error("kubeconfig_file", "cannot reach two API servers: only one of api_server and kubeconfig_file may be set");
        }
        else if (KubeconfigFile.Length > 0 && hasOwnHttp)
        {
            context.Error("kubeconfig_file", "cannot use settings of an HTTP client beside kubeconfig_file: it has its own");
        }
        else if (ApiServer is null && hasOwnHttp)
        {
            context.Error("cannot use settings of an HTTP client without api_server: it must be set");
        }
    }
}
