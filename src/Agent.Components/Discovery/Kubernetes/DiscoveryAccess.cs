using Agent.Components.Common.Kubernetes;
using Agent.Sdk.Access;
using Agent.Sdk.Decoding;

namespace Agent.Components.Discovery.Kubernetes;

/// <summary>The rights that <c>discovery.kubernetes</c> needs: to watch the objects of its role, and those that it adds something of.</summary>
internal static class DiscoveryAccess
{
    private const string Slices = "discovery.k8s.io";
    private const string Networking = "networking.k8s.io";

    public static IEnumerable<AccessRule> Of(AccessQuery query)
    {
        if (!PodIdentity.IsUsedBy(query.Block))
        {
            return [];
        }
        string[] roles = AccessQuery.Text(query.Block, "role") is { } role ? [role] : ["node", "service", "pod", "endpoints", "endpointslice", "ingress"];
        IReadOnlyList<string?> namespaces = PodIdentity.NamespacesOf(query.Block);
        BlockValue? attached = AccessQuery.Blocks(query.Block, "attach_metadata").FirstOrDefault();
        return roles.SelectMany(known => Watched(known, attached)).Distinct()
            .SelectMany(kind => IsOfCluster(kind.Resource) ? [Rule(kind, null)] : namespaces.Select(where => Rule(kind, where)));
    }

    private static IEnumerable<(string Group, string Resource)> Watched(string role, BlockValue? attached)
    {
        switch (role)
        {
            case "node":
                yield return ("", "nodes");
                yield break;
            case "service":
                yield return ("", "services");
                break;
            case "ingress":
                yield return (Networking, "ingresses");
                break;
            case "pod":
                yield return ("", "pods");
                break;
            default:
                yield return role == "endpoints" ? ("", "endpoints") : (Slices, "endpointslices");
                yield return ("", "services");
                yield return ("", "pods");
                break;
        }
        if (attached is not null && role is not ("service" or "ingress") && AccessQuery.Flag(attached, "node") != false)
        {
            yield return ("", "nodes");
        }
        if (attached is not null && AccessQuery.Flag(attached, "namespace") != false)
        {
            yield return ("", "namespaces");
        }
    }

    private static bool IsOfCluster(string resource) => resource is "nodes" or "namespaces";

    private static AccessRule Rule((string Group, string Resource) kind, string? where) =>
        new(kind.Group, kind.Resource, AccessRule.Watching) { Namespace = where };
}
