using Agent.Sdk.Access;
using Agent.Sdk.Decoding;

namespace Agent.Components.Common.Kubernetes;

/// <summary>Tells whether a component comes to the API server as the service account of the agent's pod, and what it looks at there.</summary>
internal static class PodIdentity
{
    private const string TokenPath = "/serviceaccount/token";

    /// <summary>False where credentials of another identity are given: what those may do is not the pod's matter.</summary>
    /// <param name="client">The block that holds the arguments of the client; null where nothing is written.</param>
    public static bool IsUsedBy(BlockValue? client)
    {
        if (client is null)
        {
            return true;
        }
        // One that is not known may not be set either.
        bool hasFile = AccessQuery.Text(client, "kubeconfig_file") is { Length: > 0 };
        bool hasServer = AccessQuery.Text(client, "api_server") is { Length: > 0 };
        return !hasFile && (!hasServer || ShowsToken(client));
    }

    /// <summary>Whether the token of the service account authenticates the requests.</summary>
    public static bool ShowsToken(BlockValue client) =>
        IsToken(AccessQuery.Text(client, "bearer_token_file"))
        || AccessQuery.Blocks(client, "authorization").Any(static block => IsToken(AccessQuery.Text(block, "credentials_file")));

    private static bool IsToken(string? path) => path is not null && path.EndsWith(TokenPath, StringComparison.Ordinal);

    /// <summary>The namespaces that a <c>discovery.kubernetes</c> looks in; one null for all.</summary>
    public static IReadOnlyList<string?> NamespacesOf(BlockValue discovery)
    {
        if (AccessQuery.Blocks(discovery, "namespaces").FirstOrDefault() is not { } block)
        {
            return [null];
        }
        IReadOnlyList<string>? names = AccessQuery.Texts(block, "names");
        bool? own = AccessQuery.Flag(block, "own_namespace");
        // Neither: all. One that is not known: it could be any.
        if (names is null || own is null || (names.Count == 0 && own is false) || names.Contains(""))
        {
            return [null];
        }
        return [.. names, .. own is true ? (string?[])[AccessRule.OwnNamespace] : []];
    }

    /// <summary>The namespaces that targets of an attribute can come from; one null for all.</summary>
    public static IReadOnlyList<string?> NamespacesBehind(AccessQuery query, string attribute)
    {
        AccessQuery[] discoveries = [.. query.Chain(attribute).Where(static source => source.Block.Name.StartsWith("discovery.", StringComparison.Ordinal)
            && source.Block.Name != "discovery.relabel")];
        return discoveries.Length > 0 && discoveries.All(static source => source.Block.Name == "discovery.kubernetes")
            ? [.. discoveries.SelectMany(static source => NamespacesOf(source.Block)).Distinct(StringComparer.Ordinal)]
            : [null];
    }
}
