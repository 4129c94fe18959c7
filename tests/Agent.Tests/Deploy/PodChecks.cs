using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Agent.Tests.Deploy;

/// <summary>Workloads and the pods that they make.</summary>
internal static partial class PodChecks
{
    private static readonly HashSet<string> Capabilities = ["CHOWN", "DAC_READ_SEARCH"];

    public static void Check(JsonObject workload, IReadOnlyList<JsonObject> objects, List<string> problems)
    {
        string id = ManifestChecks.IdOf(workload);
        JsonNode template = workload["spec"]!["template"]!;
        if (!ManifestChecks.Selects(workload["spec"]?["selector"]?["matchLabels"], template["metadata"]?["labels"]))
        {
            problems.Add($"{id}: the selector does not match the labels of its pods");
        }
        JsonNode pod = template["spec"]!;
        if (ManifestChecks.Find(objects, "ServiceAccount", pod["serviceAccountName"]?.ToString()) is null)
        {
            problems.Add($"{id}: there is no service account {pod["serviceAccountName"]}");
        }
        if (pod["priorityClassName"] is { } priority && ManifestChecks.Find(objects, "PriorityClass", priority.ToString()) is null)
        {
            problems.Add($"{id}: there is no priority class {priority}");
        }
        Dictionary<string, JsonObject> volumes = Volumes(id, pod, problems);
        foreach (JsonObject volume in volumes.Values.Where(static volume => volume["configMap"] is not null))
        {
            Refer(id, objects, volume["configMap"]!["name"]?.ToString(), problems);
        }
        foreach (JsonObject container in ManifestChecks.Items(pod["initContainers"]).Concat(ManifestChecks.Items(pod["containers"])))
        {
            CheckContainer($"{id} {container["name"]}", container, volumes, problems);
            foreach (JsonObject source in ManifestChecks.Items(container["envFrom"]).Where(static source => source["configMapRef"] is not null))
            {
                Refer(id, objects, source["configMapRef"]!["name"]?.ToString(), problems);
            }
        }
    }

    public static HashSet<string> PortNames(JsonObject workload) =>
        [.. ManifestChecks.Items(workload["spec"]!["template"]!["spec"]!["containers"])
            .SelectMany(static container => ManifestChecks.Items(container["ports"])).Select(static port => port["name"]!.ToString())];

    private static void Refer(string id, IReadOnlyList<JsonObject> objects, string? name, List<string> problems)
    {
        if (ManifestChecks.Find(objects, "ConfigMap", name) is null)
        {
            problems.Add($"{id}: there is no config map {name}");
        }
    }

    private static Dictionary<string, JsonObject> Volumes(string id, JsonNode pod, List<string> problems)
    {
        var volumes = new Dictionary<string, JsonObject>(StringComparer.Ordinal);
        foreach (JsonObject volume in ManifestChecks.Items(pod["volumes"]))
        {
            if (!volumes.TryAdd(volume["name"]!.ToString(), volume) || volume.Count != 2)
            {
                problems.Add($"{id}: volume {volume.ToJsonString()}");
            }
        }
        return volumes;
    }

    private static void CheckContainer(string id, JsonObject container, Dictionary<string, JsonObject> volumes, List<string> problems)
    {
        if (container["image"] is not { } image || !image.ToString().Contains(':', StringComparison.Ordinal))
        {
            problems.Add($"{id}: image {container["image"]} has no tag");
        }
        foreach (JsonNode? text in (container["args"] as JsonArray ?? []).Concat(container["command"] as JsonArray ?? []))
        {
            if (text?.GetValueKind() != JsonValueKind.String)
            {
                problems.Add($"{id}: argument {text} is no string");
            }
        }
        HashSet<string> ports = [.. ManifestChecks.Items(container["ports"]).Select(static port => port["name"]!.ToString())];
        foreach (string probe in (string[])["readinessProbe", "livenessProbe", "startupProbe"])
        {
            if (container[probe]?["httpGet"] is { } get && !(ports.Contains(get["port"]!.ToString()) && get["path"]!.ToString().StartsWith('/')))
            {
                problems.Add($"{id}: {probe} goes to {get.ToJsonString()}");
            }
        }
        var paths = new HashSet<string>(StringComparer.Ordinal);
        foreach (JsonObject mount in ManifestChecks.Items(container["volumeMounts"]))
        {
            if (!volumes.ContainsKey(mount["name"]!.ToString()) || !paths.Add(mount["mountPath"]!.ToString()))
            {
                problems.Add($"{id}: mount {mount.ToJsonString()}");
            }
        }
        CheckRights(id, container, problems);
        CheckResources(id, container, problems);
    }

    /// <summary>Whatever an overlay changes: nothing gains rights, nothing writes to the image, and what is added only reads or gives away.</summary>
    private static void CheckRights(string id, JsonObject container, List<string> problems)
    {
        JsonNode? rights = container["securityContext"];
        if (rights?["allowPrivilegeEscalation"]?.GetValue<bool>() != false || rights["readOnlyRootFilesystem"]?.GetValue<bool>() != true)
        {
            problems.Add($"{id} may gain rights or write to its image");
        }
        if (rights?["capabilities"]?["drop"]?[0]?.ToString() != "ALL"
            || (rights["capabilities"]!["add"] as JsonArray ?? []).Any(static added => !Capabilities.Contains(added!.ToString())))
        {
            problems.Add($"{id}: capabilities {rights?["capabilities"]?.ToJsonString()}");
        }
    }

    private static void CheckResources(string id, JsonObject container, List<string> problems)
    {
        JsonNode? resources = container["resources"];
        if (resources?["requests"]?["memory"] is null || resources["requests"]!["cpu"] is null || resources["limits"]?["memory"] is null)
        {
            problems.Add($"{id} names no resources");
        }
        foreach (KeyValuePair<string, JsonNode?> amount in (resources?["requests"] as JsonObject ?? []).Concat(resources?["limits"] as JsonObject ?? []))
        {
            if (!Quantity().IsMatch(amount.Value!.ToString()))
            {
                problems.Add($"{id}: {amount.Key} {amount.Value}");
            }
        }
    }

    [GeneratedRegex(@"^\d+(\.\d+)?(m|[kMGT]|[KMGT]i)?$")]
    private static partial Regex Quantity();
}
