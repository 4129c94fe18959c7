using System.Net;

namespace Agent.Kubernetes;

/// <summary>The API server refused a request.</summary>
/// <param name="reason">The machine-readable reason of the server's status, such as <c>Expired</c> or <c>Forbidden</c>; empty where it gave none.</param>
public sealed class KubernetesException(HttpStatusCode status, string reason, string message) : Exception(message)
{
    public HttpStatusCode Status => status;

    public string Reason => reason;

    /// <summary>
    /// The server has no use for the version that it was asked for: it is no version, or one that its storage, put back to an older state,
    /// has not come to yet. Proxies in front of it, and the server itself when it is busy, answer with the same numbers for other reasons.
    /// </summary>
    public bool IsUnknownVersion => reason.Length > 0
        && (status == HttpStatusCode.BadRequest || (status == HttpStatusCode.GatewayTimeout && Message.Contains("Too large resource version", StringComparison.Ordinal)));

    /// <summary>How long the server asks to be left alone; null where it does not say.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
