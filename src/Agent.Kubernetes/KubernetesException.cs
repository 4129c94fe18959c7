using System.Net;

namespace Agent.Kubernetes;

/// <summary>The API server refused a request.</summary>
/// <param name="reason">The machine-readable reason of the server's status, such as <c>Expired</c> or <c>Forbidden</c>; empty where it gave none.</param>
public sealed class KubernetesException(HttpStatusCode status, string reason, string message) : Exception(message)
{
    public HttpStatusCode Status => status;

    public string Reason => reason;

    /// <summary>How long the server asks to be left alone; null where it does not say.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
