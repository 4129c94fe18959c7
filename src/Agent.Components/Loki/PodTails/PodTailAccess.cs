using Agent.Components.Common.Kubernetes;
using Agent.Sdk.Access;

namespace Agent.Components.Loki.PodTails;

/// <summary>The rights that following containers over the API needs.</summary>
internal static class PodTailAccess
{
    /// <summary>Of a component whose targets name the containers: in the namespaces that they can come from.</summary>
    public static IEnumerable<AccessRule> OfTargets(AccessQuery query) =>
        PodIdentity.IsUsedBy(AccessQuery.Blocks(query.Block, "client").FirstOrDefault()) ? PodIdentity.NamespacesBehind(query, "targets").SelectMany(In) : [];

    /// <summary>Of a component that follows what PodLogs resources select, in any namespace.</summary>
    public static IEnumerable<AccessRule> OfPodLogs(AccessQuery query) =>
        !PodIdentity.IsUsedBy(AccessQuery.Blocks(query.Block, "client").FirstOrDefault()) ? [] :
        [
            new("monitoring.grafana.com", "podlogs", AccessRule.Watching),
            new("", "namespaces", AccessRule.Watching),
            new("", "pods", AccessRule.Watching),
            .. In(null),
        ];

    /// <summary>To ask for a pod, and to read its logs.</summary>
    /// <param name="where">Null for all namespaces.</param>
    public static IEnumerable<AccessRule> In(string? where) =>
    [
        new("", "pods", AccessVerbs.Get) { Namespace = where },
        new("", "pods/log", AccessVerbs.Get) { Namespace = where },
    ];
}
