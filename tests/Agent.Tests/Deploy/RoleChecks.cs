using System.Text.Json.Nodes;

namespace Agent.Tests.Deploy;

/// <summary>Roles and their bindings.</summary>
internal static class RoleChecks
{
    private static readonly HashSet<string> Verbs = ["get", "list", "watch", "create", "update", "patch", "delete"];

    // Resources that components of this project use, with the group that they belong to.
    private static readonly HashSet<(string Group, string Resource)> Resources =
    [
        ("", "pods"), ("", "pods/log"), ("", "nodes"), ("", "nodes/metrics"), ("", "nodes/pods"), ("", "nodes/proxy"), ("", "namespaces"),
        ("", "services"), ("", "endpoints"), ("", "events"), ("", "configmaps"), ("", "secrets"),
        ("discovery.k8s.io", "endpointslices"), ("networking.k8s.io", "ingresses"), ("coordination.k8s.io", "leases"),
        ("monitoring.grafana.com", "podlogs"),
    ];

    public static void CheckRules(JsonObject role, List<string> problems)
    {
        string id = ManifestChecks.IdOf(role);
        foreach (JsonObject rule in ManifestChecks.Items(role["rules"]))
        {
            string[] verbs = Texts(rule["verbs"]);
            if (verbs.Length == 0 || verbs.Any(static verb => !Verbs.Contains(verb)))
            {
                problems.Add($"{id}: verbs [{string.Join(", ", verbs)}]");
            }
            if (rule["nonResourceURLs"] is { } urls)
            {
                if (role["kind"]!.ToString() != "ClusterRole" || Texts(urls).Any(static url => !url.StartsWith('/')))
                {
                    problems.Add($"{id}: {rule.ToJsonString()}");
                }
                continue;
            }
            string[] groups = Texts(rule["apiGroups"]);
            foreach (string resource in Texts(rule["resources"]).Where(resource => !groups.Any(group => Resources.Contains((group, resource)))))
            {
                problems.Add($"{id}: no group of [{string.Join(", ", groups)}] is known to have {resource}");
            }
            if (groups.Length == 0 || Texts(rule["resources"]).Length == 0)
            {
                problems.Add($"{id}: {rule.ToJsonString()}");
            }
        }
    }

    public static void CheckBinding(JsonObject binding, IReadOnlyList<JsonObject> objects, List<string> problems)
    {
        string id = ManifestChecks.IdOf(binding);
        JsonNode reference = binding["roleRef"]!;
        if (reference["apiGroup"]?.ToString() != "rbac.authorization.k8s.io"
            || ManifestChecks.Find(objects, reference["kind"]!.ToString(), reference["name"]!.ToString()) is null)
        {
            problems.Add($"{id} refers to a role that is not there");
        }
        foreach (JsonObject subject in ManifestChecks.Items(binding["subjects"]))
        {
            JsonObject? account = ManifestChecks.Find(objects, "ServiceAccount", subject["name"]?.ToString());
            if (account is null || account["metadata"]?["namespace"]?.ToString() != subject["namespace"]?.ToString())
            {
                problems.Add($"{id} names a service account that is not there");
            }
        }
    }

    private static string[] Texts(JsonNode? list) => [.. (list as JsonArray ?? []).Select(static item => item!.ToString())];
}
