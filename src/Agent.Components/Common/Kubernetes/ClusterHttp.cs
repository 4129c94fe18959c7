using Agent.Components.Common.Http;
using Agent.Kubernetes;

namespace Agent.Components.Common.Kubernetes;

/// <summary>The connection to one API server with one identity, shared by all who ask for the same.</summary>
internal sealed class ClusterHttp : IAsyncDisposable
{
    private readonly HttpMessageInvoker _http;

    public ClusterHttp(ClusterAddress address, TimeProvider time)
    {
        HttpClientOptions options = address.Http;
        SocketsHttpHandler transport = HttpClientBuilder.BuildTransport(options.Proxy, options.TlsConfig, options.FollowRedirects);
        // A watch may be silent for minutes: only a ping tells whether anybody is still there.
        transport.KeepAlivePingDelay = TimeSpan.FromSeconds(30);
        transport.KeepAlivePingTimeout = TimeSpan.FromSeconds(15);
        transport.KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests;
        transport.EnableMultipleHttp2Connections = true;
        _http = new HttpMessageInvoker(new RequestDefaultsHandler(options, AuthenticationHandler.Wrap(options, time, transport)));
        Client = new KubernetesClient(_http, address.Server, time);
        Namespace = address.Namespace;
    }

    public KubernetesClient Client { get; }

    public string Namespace { get; }

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return ValueTask.CompletedTask;
    }
}
