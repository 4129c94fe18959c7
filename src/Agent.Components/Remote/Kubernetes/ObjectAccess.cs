using Agent.Components.Common.Kubernetes;
using Agent.Sdk.Access;

namespace Agent.Components.Remote.Kubernetes;

/// <summary>The right that reading one Secret or ConfigMap needs: that object, and all of them only where its name is not known.</summary>
internal static class ObjectAccess
{
    /// <param name="query">Arguments of the component.</param>
    /// <param name="resource"><c>secrets</c> or <c>configmaps</c>.</param>
    public static IEnumerable<AccessRule> Of(AccessQuery query, string resource)
    {
        if (!PodIdentity.IsUsedBy(AccessQuery.Blocks(query.Block, "client").FirstOrDefault()))
        {
            return [];
        }
        string? name = AccessQuery.Text(query.Block, "name");
        return
        [
            new AccessRule("", resource, AccessVerbs.Get)
            {
                Namespace = AccessQuery.Text(query.Block, "namespace"),
                Name = name,
                Note = name is null ? "Which one is not known here: set the variables that its name comes from, and the rule names it alone." : null,
            },
        ];
    }
}
