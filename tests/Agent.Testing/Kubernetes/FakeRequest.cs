using Microsoft.AspNetCore.Http;

namespace Agent.Testing.Kubernetes;

/// <summary>A request as RBAC sees it.</summary>
/// <param name="Verb"><c>list</c>, <c>watch</c>, <c>get</c>, <c>create</c>, <c>update</c>, <c>delete</c>; <c>get</c> with an empty collection for what is no resource.</param>
/// <param name="Collection">Version and plural, such as <c>v1/pods</c>.</param>
/// <param name="Namespace">Null for the whole cluster.</param>
/// <param name="Name">Of one object, else null.</param>
/// <param name="Subresource">Such as <c>log</c>, else empty.</param>
/// <param name="Path">Path and query, as they came.</param>
public sealed record FakeRequest(string Verb, string Collection, string? Namespace, string? Name, string Subresource, string Path)
{
    /// <summary>As in an RBAC rule: <c>pods</c>, <c>pods/log</c>.</summary>
    public string Resource => Collection[(Collection.LastIndexOf('/') + 1)..] + (Subresource.Length > 0 ? "/" + Subresource : "");

    /// <summary>Empty for the core.</summary>
    public string Group => Collection.Count(static c => c == '/') == 2 ? Collection[..Collection.IndexOf('/', StringComparison.Ordinal)] : "";

    internal static FakeRequest Of(HttpRequest http)
    {
        string path = http.Path.Value ?? "";
        string all = path + http.QueryString;
        string[] parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        int version = parts is ["api", _, _, ..] ? 1 : parts is ["apis", _, _, _, ..] ? 2 : 0;
        if (version == 0)
        {
            return new FakeRequest("get", "", null, null, "", all);
        }
        string apiVersion = string.Join('/', parts[1..(version + 1)]);
        string[] rest = parts[(version + 1)..];
        string? inNamespace = null;
        if (rest is ["namespaces", var named, _, ..])
        {
            inNamespace = named;
            rest = rest[2..];
        }
        string? name = rest.Length > 1 ? rest[1] : null;
        string verb = http.Method switch
        {
            "POST" => "create",
            "PUT" => "update",
            "PATCH" => "patch",
            "DELETE" => "delete",
            _ when http.Query["watch"] == "1" || http.Query["watch"] == "true" => "watch",
            _ => name is null ? "list" : "get",
        };
        return new FakeRequest(verb, $"{apiVersion}/{rest[0]}", inNamespace, name, rest.Length > 2 ? rest[2] : "", all);
    }
}

/// <summary>A request for a container's log: <c>GET /api/v1/namespaces/{ns}/pods/{pod}/log</c>.</summary>
/// <param name="Container">Empty where none was asked for.</param>
/// <param name="Query">The whole query: <c>sinceTime</c>, <c>sinceSeconds</c>, <c>tailLines</c>, <c>limitBytes</c>, <c>previous</c> …</param>
public sealed record FakeLogRequest(string Namespace, string Pod, string Container, IQueryCollection Query)
{
    public bool Follow => Query["follow"] == "true";

    public bool Timestamps => Query["timestamps"] == "true";

    public bool Previous => Query["previous"] == "true";

    /// <summary>As it came; empty where it was not given.</summary>
    public string SinceTime => Query["sinceTime"].ToString();

    public long? TailLines => Number("tailLines");

    public long? LimitBytes => Number("limitBytes");

    public long? SinceSeconds => Number("sinceSeconds");

    private long? Number(string name) => long.TryParse(Query[name].ToString(), out long number) ? number : null;
}
