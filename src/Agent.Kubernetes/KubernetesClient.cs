namespace Agent.Kubernetes;

/// <summary>Speaks to one API server with one identity.</summary>
/// <param name="http">Authenticates and trusts; has no timeout of its own.</param>
/// <param name="server">Base URL of the API server.</param>
public sealed class KubernetesClient(HttpMessageInvoker http, Uri server)
{
    /// <summary>Sends a request and returns once the headers of the answer are there; the caller disposes of it.</summary>
    /// <param name="path">Path and query, such as <c>/api/v1/pods?limit=500</c>.</param>
    /// <param name="json">Body, or null for none.</param>
    /// <exception cref="KubernetesException">Any status but 2xx, with what the server says and, for 403, the RBAC rule that is missing.</exception>
    /// <exception cref="HttpRequestException">The server could not be reached.</exception>
    public Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, ReadOnlyMemory<byte>? json, CancellationToken stop)
    {
        _ = (http, server, method, path, json, stop);
        throw new NotSupportedException("replaced by the client's own change");
    }
}
