using System.Text.Json;
using Agent.Kubernetes.Objects;

namespace Agent.Kubernetes.Watching;

/// <summary>What is watched, and where.</summary>
internal sealed record WatchTarget<T>(KubernetesClient Client, ResourceKind<T> Kind, WatchScope Scope, WatchSettings Settings)
    where T : class, IKubernetesObject
{
    /// <summary>An answer with JSON, whose body is still to be read.</summary>
    /// <exception cref="JsonException">The answer is something else, such as the page of a proxy.</exception>
    public async Task<HttpResponseMessage> OpenAsync(string path, CancellationToken stop)
    {
        HttpResponseMessage answer = await Client.SendAsync(HttpMethod.Get, path, null, stop).ConfigureAwait(false);
        string type = answer.Content.Headers.ContentType?.MediaType ?? "";
        if (type.EndsWith("json", StringComparison.OrdinalIgnoreCase))
        {
            return answer;
        }
        answer.Dispose();
        throw new JsonException(
            $"{Client.Server} answers {Kind.PathOf(Scope.Namespace)} with {(type.Length > 0 ? type : "something")} instead of JSON: is it the API server?");
    }
}
