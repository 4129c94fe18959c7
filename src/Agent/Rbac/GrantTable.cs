using Agent.Runtime.Validation;
using Agent.Sdk.Access;

namespace Agent.Rbac;

/// <summary>The rights of all components put together: each once, with those who need it, and none that another one covers.</summary>
internal static class GrantTable
{
    /// <summary>In the order in which rules are printed: core group first, then by group, resource and name; URL paths last.</summary>
    public static IReadOnlyList<Grant> Of(IEnumerable<ComponentAccess> components, string ownNamespace)
    {
        var grants = new Dictionary<GrantKey, Grant>();
        foreach (ComponentAccess component in components)
        {
            foreach (AccessRule rule in component.Rules)
            {
                string? where = rule.Namespace == AccessRule.OwnNamespace ? ownNamespace : rule.Namespace;
                var key = new GrantKey(where, rule.ApiGroup, rule.Resource, rule.Name, rule.Path);
                if (!grants.TryGetValue(key, out Grant? grant))
                {
                    grants.Add(key, grant = new Grant(key));
                }
                grant.Add(rule.Verbs, [component.Id], rule.Note is null ? [] : [rule.Note]);
            }
        }
        return [.. WithoutCovered([.. grants.Values])
            .OrderBy(static grant => grant.Key.Path is not null)
            .ThenBy(static grant => grant.Key.ApiGroup, StringComparer.Ordinal)
            .ThenBy(static grant => grant.Key.Resource, StringComparer.Ordinal)
            .ThenBy(static grant => grant.Key.Name, StringComparer.Ordinal)
            .ThenBy(static grant => grant.Key.Path, StringComparer.Ordinal)];
    }

    private static IEnumerable<Grant> WithoutCovered(Grant[] grants)
    {
        foreach (Grant grant in grants)
        {
            if (Array.Find(grants, other => other.Covers(grant)) is { } wider)
            {
                wider.Add(AccessVerbs.None, grant.Components, []);
                continue;
            }
            yield return grant;
        }
    }
}
