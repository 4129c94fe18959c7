using System.Text.Json;
using System.Text.Json.Nodes;
using Agent.Testing;

namespace Agent.Tests.Deploy;

public sealed class HelmChartTests
{
    private const string Folder = "deploy/helm/invar";
    private readonly HelmChart _chart = new(Repository.PathOf(Folder));

    public static TheoryData<string> Variants =>
    [
        "{}",
        """{"controller": {"type": "deployment", "replicas": 2}, "storage": {"type": "emptyDir"}}""",
        """{"controller": {"type": "statefulset"}, "storage": {"type": "emptyDir"}, "rbac": {"namespaces": [{"namespace": "shop", "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["list"]}]}]}}""",
        """{"alloy": {"configMap": {"content": "// {{ .Release.Name }}"}, "extraArgs": ["--disable-reporting"], "mounts": {"dockercontainers": true, "host": false}}, "podMonitor": {"enabled": true}}""",
        """{"controller": {"hostNetwork": true, "podAnnotations": {"a": "b"}}, "serviceAccount": {"annotations": {"c": "d"}}, "service": {"enabled": false}, "networkPolicy": {"enabled": false}}""",
    ];

    [KubectlFact]
    public void Its_defaults_are_the_base_of_the_kustomization()
    {
        var ours = _chart.Render().ToDictionary(Identity, Bare);
        var theirs = Kubectl.Kustomize("base").ToDictionary(Identity, Bare);

        Assert.Equal(theirs.Keys.Order(StringComparer.Ordinal), ours.Keys.Order(StringComparer.Ordinal));
        Assert.All(theirs, expected => Assert.Equal(Text(expected.Value), Text(ours[expected.Key])));
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void What_values_make_of_it_holds_together(string values) =>
        Assert.Empty(ManifestChecks.Problems(_chart.Render(chart => Merge(chart, JsonNode.Parse(values)!.AsObject()))));

    [Fact]
    public void A_configuration_in_the_values_is_a_template() => Assert.Equal(
        "// monitoring\n", Configuration(_chart.Render(static values => values["alloy"]!["configMap"]!["content"] = "// {{ .Release.Namespace }}")));

    [Fact]
    public void The_default_configuration_is_the_recommended_one() =>
        Assert.Equal(File.ReadAllText(Repository.PathOf("config/daemonset.alloy")), Configuration(_chart.Render()));

    [Fact]
    public void A_changed_environment_replaces_the_pods()
    {
        static string Checksum(List<JsonObject> objects) =>
            objects.Single(static item => item["kind"]!.ToString() == "DaemonSet")["spec"]!["template"]!["metadata"]!["annotations"]!["checksum/environment"]!.ToString();

        Assert.NotEqual(Checksum(_chart.Render()), Checksum(_chart.Render(static values => values["alloy"]!["environment"]!["CLUSTER"] = "other")));
    }

    [Fact]
    public void The_schema_names_every_value_and_no_other()
    {
        using var schema = JsonDocument.Parse(File.ReadAllText(Repository.PathOf($"{Folder}/values.schema.json")));

        Assert.Empty(Differences(schema.RootElement, _chart.Values(), ""));
    }

    [Fact]
    public void Its_notes_name_what_was_installed() =>
        Assert.StartsWith("invar runs as a daemonset in monitoring.", _chart.Notes(), StringComparison.Ordinal);

    private static string Configuration(IEnumerable<JsonObject> objects) =>
        ManifestChecks.Find(objects, "ConfigMap", "invar")!["data"]!["config.alloy"]!.ToString();

    /// <summary>The name of a generated config map ends in a hash.</summary>
    private static string Identity(JsonObject item) => WithoutHash(ManifestChecks.IdOf(item));

    private static string WithoutHash(string text) =>
        text.Contains("invar-environment", StringComparison.Ordinal) ? text[..(text.IndexOf("invar-environment", StringComparison.Ordinal) + "invar-environment".Length)] : text;

    /// <summary>An object without what names its origin: labels, selectors (the chart's name the release, too), the checksum, hashes in names.</summary>
    private static JsonNode? Bare(JsonNode? node) => node switch
    {
        JsonObject map => new JsonObject(map
            .Where(static pair => pair.Key is not ("labels" or "matchLabels" or "checksum/environment") && !(pair.Key == "selector" && pair.Value?["matchLabels"] is null))
            .OrderBy(static pair => pair.Key, StringComparer.Ordinal)
            .Select(static pair => KeyValuePair.Create(pair.Key, Bare(pair.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Bare)]),
        JsonValue value when value.GetValueKind() == JsonValueKind.String => JsonValue.Create(WithoutHash(value.ToString())),
        _ => node?.DeepClone(),
    };

    private static string Text(JsonNode? node) => node!.ToJsonString(new JsonSerializerOptions { WriteIndented = true });

    private static void Merge(JsonObject into, JsonObject from)
    {
        foreach (KeyValuePair<string, JsonNode?> pair in from)
        {
            if (pair.Value is JsonObject inner && into[pair.Key] is JsonObject known)
            {
                Merge(known, inner);
            }
            else
            {
                into[pair.Key] = pair.Value?.DeepClone();
            }
        }
    }

    /// <summary>Where the closed objects of the schema and the values have different names, or a value has a type that the schema does not allow.</summary>
    private static IEnumerable<string> Differences(JsonElement schema, JsonNode? value, string at)
    {
        if (schema.TryGetProperty("properties", out JsonElement properties) && value is JsonObject map)
        {
            foreach (string name in map.Select(static pair => pair.Key).Union(properties.EnumerateObject().Select(static property => property.Name)))
            {
                bool isKnown = properties.TryGetProperty(name, out JsonElement inner);
                IEnumerable<string> found = isKnown && map.ContainsKey(name) ? Differences(inner, map[name], $"{at}.{name}") : [$"{at}.{name}"];
                foreach (string difference in found)
                {
                    yield return difference;
                }
            }
        }
        if (schema.TryGetProperty("type", out JsonElement type) && !Types(type).Contains(TypeOf(value)))
        {
            yield return $"{at} is {TypeOf(value)}";
        }
        if (schema.TryGetProperty("enum", out JsonElement members) && !members.EnumerateArray().Any(member => member.GetString() == value?.ToString()))
        {
            yield return $"{at} is {value}";
        }
    }

    private static IEnumerable<string> Types(JsonElement type) =>
        type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(static one => one.GetString()!) : [type.GetString()!];

    private static string TypeOf(JsonNode? value) => value?.GetValueKind() switch
    {
        null or JsonValueKind.Null => "null",
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.Number => "integer",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        _ => "string",
    };
}
