using Agent.Components.Common.Kubernetes;
using Agent.Sdk.Access;
using Agent.Sdk.Decoding;

namespace Agent.Components.Loki.SourceKubernetesEvents;

/// <summary>The rights that reading events needs, and electing who reads them.</summary>
internal static class EventAccess
{
    private const string Coordination = "coordination.k8s.io";

    /// <param name="query">Arguments of the component.</param>
    /// <param name="leaseName">Name of the Lease where the arguments give none.</param>
    public static IEnumerable<AccessRule> Of(AccessQuery query, string leaseName)
    {
        if (!PodIdentity.IsUsedBy(AccessQuery.Blocks(query.Block, "client").FirstOrDefault()))
        {
            return [];
        }
        IReadOnlyList<string>? names = AccessQuery.Texts(query.Block, "namespaces");
        string?[] namespaces = names is { Count: > 0 } && !names.Contains("") ? [.. names] : [null];
        return namespaces.Select(static where => new AccessRule("", "events", AccessRule.Watching) { Namespace = where })
            .Concat(Leases(AccessQuery.Blocks(query.Block, "leader_election").FirstOrDefault(), leaseName));
    }

    /// <summary>The Lease of the election, and the one that keeps how far its leaders have come. No rule about creating can name an object.</summary>
    private static IEnumerable<AccessRule> Leases(BlockValue? election, string leaseName)
    {
        if (election is not null && election.Find("enabled") is not null && AccessQuery.Flag(election, "enabled") == false)
        {
            yield break;
        }
        string? where = election is null ? "" : AccessQuery.Text(election, "lease_namespace");
        where = where is "" ? AccessRule.OwnNamespace : where;
        string? name = election is null ? "" : AccessQuery.Text(election, "lease_name");
        name = name is "" ? leaseName : name;
        yield return new AccessRule(Coordination, "leases", AccessVerbs.Create) { Namespace = where };
        foreach (string? lease in name is null ? (string?[])[null] : [name, $"{name}-positions"])
        {
            yield return new AccessRule(Coordination, "leases", AccessVerbs.Get | AccessVerbs.Update) { Namespace = where, Name = lease };
        }
    }
}
