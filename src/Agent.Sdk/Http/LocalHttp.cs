using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Agent.Sdk.Http;

/// <summary>The HTTP paths of all running components of the process: behind the agent's server, and reached without a socket.</summary>
/// <param name="address">What stands for the agent itself in the <c>__address__</c> of a target; <c>HOST:PORT</c>, never resolved.</param>
public sealed class LocalHttp(string address = LocalHttp.DefaultAddress)
{
    public const string DefaultAddress = "alloy.internal:12345";

    /// <summary>What precedes a component's id.</summary>
    public const string Root = "/api/v0/component/";

    private readonly ConcurrentDictionary<string, IHttpHandler> _handlers = new(StringComparer.Ordinal);

    public string Address => address;

    /// <summary>Path of a component's page.</summary>
    /// <param name="id">Id of the component with the path of its modules.</param>
    /// <param name="page">Without a leading slash.</param>
    public static string PathOf(string id, string page) => $"{Root}{id}/{page}";

    public void Add(string id, IHttpHandler handler) => _handlers[id] = handler;

    /// <summary>A component of the same id that has taken the place of this one stays.</summary>
    public void Remove(string id, IHttpHandler handler) => _handlers.TryRemove(new(id, handler));

    /// <summary>Has the request answered by the component that its path names, with 404 where there is none.</summary>
    public ValueTask HandleAsync(LocalRequest request, LocalReply reply, CancellationToken stop)
    {
        if (TryFind(request.Path, out IHttpHandler? handler, out string? rest))
        {
            return handler.HandleAsync(request with { Path = rest }, reply, stop);
        }
        reply.Text(404, $"cannot answer {request.Path}: no running component of that id serves HTTP paths");
        return ValueTask.CompletedTask;
    }

    // The ids of components in modules have slashes in them, as the rest of the path has: the longest id that exists is meant.
    private bool TryFind(string path, [NotNullWhen(true)] out IHttpHandler? handler, [NotNullWhen(true)] out string? rest)
    {
        (handler, rest) = (null, null);
        if (!path.StartsWith(Root, StringComparison.Ordinal))
        {
            return false;
        }
        ConcurrentDictionary<string, IHttpHandler>.AlternateLookup<ReadOnlySpan<char>> byId =
            _handlers.GetAlternateLookup<ReadOnlySpan<char>>();
        for (int end = path.Length; end > Root.Length; end = path.LastIndexOf('/', end - 1))
        {
            if (byId.TryGetValue(path.AsSpan(Root.Length, end - Root.Length), out handler))
            {
                rest = end == path.Length ? "/" : path[end..];
                return true;
            }
        }
        return false;
    }
}
