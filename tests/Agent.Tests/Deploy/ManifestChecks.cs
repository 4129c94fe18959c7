using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Agent.Tests.Deploy;

/// <summary>
/// What an API server would refuse in the objects that we ship, and what it would take although it cannot work: names that lead nowhere.
/// The schemas themselves are not at hand without a network.
/// </summary>
internal static partial class ManifestChecks
{
    private static readonly Dictionary<string, (string Version, bool IsNamespaced)> Kinds = new(StringComparer.Ordinal)
    {
        ["ServiceAccount"] = ("v1", true),
        ["ConfigMap"] = ("v1", true),
        ["Service"] = ("v1", true),
        ["DaemonSet"] = ("apps/v1", true),
        ["Deployment"] = ("apps/v1", true),
        ["StatefulSet"] = ("apps/v1", true),
        ["ClusterRole"] = ("rbac.authorization.k8s.io/v1", false),
        ["ClusterRoleBinding"] = ("rbac.authorization.k8s.io/v1", false),
        ["Role"] = ("rbac.authorization.k8s.io/v1", true),
        ["RoleBinding"] = ("rbac.authorization.k8s.io/v1", true),
        ["NetworkPolicy"] = ("networking.k8s.io/v1", true),
        ["PriorityClass"] = ("scheduling.k8s.io/v1", false),
        ["PodMonitor"] = ("monitoring.coreos.com/v1", true),
    };

    /// <summary>Everything that is wrong; empty where nothing is.</summary>
    public static List<string> Problems(IReadOnlyList<JsonObject> objects)
    {
        var problems = new List<string>();
        foreach (JsonObject item in objects)
        {
            CheckIdentity(item, problems);
        }
        foreach (IGrouping<string, JsonObject> same in objects.GroupBy(IdOf).Where(static same => same.Count() > 1))
        {
            problems.Add($"{same.Key} stands {same.Count()} times");
        }
        foreach (JsonObject workload in objects.Where(static item => item["spec"]?["template"] is not null))
        {
            PodChecks.Check(workload, objects, problems);
        }
        foreach (JsonObject role in objects.Where(static item => item["rules"] is not null))
        {
            RoleChecks.CheckRules(role, problems);
        }
        foreach (JsonObject binding in objects.Where(static item => item["roleRef"] is not null))
        {
            RoleChecks.CheckBinding(binding, objects, problems);
        }
        CheckSelectors(objects, problems);
        return problems;
    }

    public static string IdOf(JsonObject item) => $"{item["kind"]}/{item["metadata"]?["name"]}";

    public static JsonObject? Find(IEnumerable<JsonObject> objects, string kind, string? name) =>
        objects.FirstOrDefault(item => item["kind"]?.ToString() == kind && item["metadata"]?["name"]?.ToString() == name);

    /// <summary>Whether all pairs of a selector are among the labels.</summary>
    public static bool Selects(JsonNode? selector, JsonNode? labels) =>
        selector is JsonObject pairs && pairs.Count > 0 && pairs.All(pair => labels?[pair.Key]?.ToString() == pair.Value!.ToString());

    private static void CheckIdentity(JsonObject item, List<string> problems)
    {
        string kind = item["kind"]?.ToString() ?? "";
        if (!Kinds.TryGetValue(kind, out (string Version, bool IsNamespaced) known) || item["apiVersion"]?.ToString() != known.Version)
        {
            problems.Add($"{IdOf(item)}: {item["apiVersion"]} {kind} is no known kind");
            return;
        }
        if (!Name().IsMatch(item["metadata"]?["name"]?.ToString() ?? ""))
        {
            problems.Add($"{IdOf(item)} has no valid name");
        }
        if (item["metadata"]?["namespace"] is not null != known.IsNamespaced)
        {
            problems.Add($"{IdOf(item)}: its kind {(known.IsNamespaced ? "needs a namespace" : "has no namespace")}");
        }
        foreach (KeyValuePair<string, JsonNode?> label in item["metadata"]?["labels"]?.AsObject() ?? [])
        {
            if (label.Value?.GetValueKind() != System.Text.Json.JsonValueKind.String || !LabelValue().IsMatch(label.Value.ToString()))
            {
                problems.Add($"{IdOf(item)}: label {label.Key}={label.Value} is not valid");
            }
        }
    }

    private static void CheckSelectors(IReadOnlyList<JsonObject> objects, List<string> problems)
    {
        foreach (JsonObject item in objects)
        {
            JsonNode? selector = item["kind"]!.ToString() switch
            {
                "Service" => item["spec"]?["selector"],
                "NetworkPolicy" => item["spec"]?["podSelector"]?["matchLabels"],
                "PodMonitor" => item["spec"]?["selector"]?["matchLabels"],
                _ => null,
            };
            if (selector is null)
            {
                continue;
            }
            JsonObject? workload = objects.FirstOrDefault(other => Selects(selector, other["spec"]?["template"]?["metadata"]?["labels"]));
            if (workload is null)
            {
                problems.Add($"{IdOf(item)} selects no pods");
                continue;
            }
            HashSet<string> ports = PodChecks.PortNames(workload);
            problems.AddRange(NamedPorts(item).Where(port => !ports.Contains(port)).Select(port => $"{IdOf(item)}: no container has the port {port}"));
        }
    }

    private static IEnumerable<string> NamedPorts(JsonObject item) => item["kind"]!.ToString() switch
    {
        "Service" => Items(item["spec"]?["ports"]).Select(static port => port["targetPort"]!.ToString()),
        "NetworkPolicy" => Items(item["spec"]?["ingress"]).SelectMany(static rule => Items(rule["ports"])).Select(static port => port["port"]!.ToString()),
        _ => Items(item["spec"]?["podMetricsEndpoints"]).Select(static endpoint => endpoint["port"]!.ToString()),
    };

    public static IEnumerable<JsonObject> Items(JsonNode? list) => (list as JsonArray ?? []).OfType<JsonObject>();

    [GeneratedRegex("^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$")]
    private static partial Regex Name();

    [GeneratedRegex("^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$")]
    private static partial Regex LabelValue();
}
