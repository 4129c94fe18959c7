using System.Text.Json;
using Agent.Components.Common.Kubernetes;
using Agent.Components.Discovery.Kubernetes;
using Agent.Sdk;
using Agent.Telemetry;
using Agent.Testing;
using Agent.Testing.Kubernetes;

namespace Agent.Components.Tests.Discovery.Kubernetes;

/// <summary>The golden data of Prometheus: clusters in, targets and requests out.</summary>
public sealed class DiscoveryKubernetesConformanceTests
{
    private static readonly Dictionary<string, string> Collections = new(StringComparer.Ordinal)
    {
        ["endpointslices"] = "discovery.k8s.io/v1/endpointslices",
        ["ingresses"] = "networking.k8s.io/v1/ingresses",
    };

    [ConformanceFact]
    public async Task Targets_and_requests_are_those_of_Prometheus()
    {
        var set = new ConformanceSet("discovery_kubernetes");
        using JsonDocument document = Conformance.Load("discovery_kubernetes.json");
        foreach (JsonElement item in document.RootElement.GetProperty("cases").EnumerateArray())
        {
            string? difference = await DifferenceAsync(item);
            set.Case(item.GetProperty("id").GetString()!, () => difference);
        }
        set.Finish();
    }

    private static async Task<string?> DifferenceAsync(JsonElement item)
    {
        await using FakeApiServer server = await FakeApiServer.StartAsync();
        foreach (JsonProperty resource in item.GetProperty("objects").EnumerateObject())
        {
            foreach (JsonElement made in resource.Value.EnumerateArray())
            {
                server.Put(Collections.GetValueOrDefault(resource.Name, "v1/" + resource.Name), made.GetRawText());
            }
        }
        DiscoveryKubernetes.Arguments arguments = Arguments(item, server.Url);
        await using DiscoveryRun<DiscoveryKubernetes.Arguments> run = await RunAsync(arguments);
        string? difference = RequestDifference(item, server);
        if (difference is not null || arguments.Selectors.Count == 0)
        {
            return difference ?? TargetDifference(item, run);
        }
        // The server of the recording did not select, and this one does.
        await using DiscoveryRun<DiscoveryKubernetes.Arguments> all = await RunAsync(arguments with { Selectors = [] });
        return TargetDifference(item, all);
    }

    private static async Task<DiscoveryRun<DiscoveryKubernetes.Arguments>> RunAsync(DiscoveryKubernetes.Arguments arguments)
    {
        var run = new DiscoveryRun<DiscoveryKubernetes.Arguments>(
            "discovery.kubernetes", static context => new DiscoveryKubernetes(context), static exports => ((DiscoveryKubernetes.Exports)exports).Targets);
        await run.StartAsync(arguments);
        await run.AdvanceUntilAsync(() => run.Context.Health == HealthState.Healthy);
        return run;
    }

    private static string? TargetDifference(JsonElement item, DiscoveryRun<DiscoveryKubernetes.Arguments> run)
    {
        string[] wanted = [.. Wanted(item).Select(static labels => labels.ToString()).Order(StringComparer.Ordinal)];
        string[] found = [.. run.Targets.Select(static target => target.Labels.ToString()).Order(StringComparer.Ordinal)];
        return wanted.SequenceEqual(found) ? null : $"wanted\n  {string.Join("\n  ", wanted)}\nfound\n  {string.Join("\n  ", found)}";
    }

    private static string? RequestDifference(JsonElement item, FakeApiServer server)
    {
        string[] requests = [.. server.Requests.Where(static request => request.Verb == "list").Select(static request => AsRecorded(request.Path))
            .Distinct().Order(StringComparer.Ordinal)];
        string[] recorded = [.. item.GetProperty("expected").GetProperty("list_requests").EnumerateArray().Select(static path => path.GetString()!)
            .Distinct().Order(StringComparer.Ordinal)];
        return recorded.SequenceEqual(requests) ? null : $"wanted the requests {string.Join(" ", recorded)}, found {string.Join(" ", requests)}";
    }

    private static DiscoveryKubernetes.Arguments Arguments(JsonElement item, Uri server) => new()
    {
        Role = RoleOf(item.GetProperty("role")),
        Client = new KubernetesClientOptions { ApiServer = server },
        Namespaces = new() { Names = [.. Items(item, "namespaces").Select(static name => name.GetString()!)] },
        Selectors = [.. Items(item, "selectors").Select(static selector => new DiscoveryKubernetes.Selector
        {
            Role = RoleOf(selector.GetProperty("role")),
            Label = Text(selector, "label"),
            Field = Text(selector, "field"),
        })],
        AttachMetadata = new() { Node = Flag(item, "attach_node"), Namespace = Flag(item, "attach_namespace") },
    };

    private static List<LabelSet> Wanted(JsonElement item)
    {
        var wanted = new List<LabelSet>();
        foreach (JsonElement group in item.GetProperty("expected").GetProperty("groups").EnumerateArray())
        {
            foreach (JsonElement target in Items(group, "targets"))
            {
                wanted.Add(LabelSet.From(Labels(group.GetProperty("labels")).Concat(Labels(target))));
            }
        }
        return wanted;
    }

    private static IEnumerable<KeyValuePair<string, string>> Labels(JsonElement labels) =>
        labels.EnumerateObject().Select(static label => KeyValuePair.Create(label.Name, label.Value.GetString()!));

    private static KubernetesRole RoleOf(JsonElement role) => Enum.Parse<KubernetesRole>(role.GetString()!, ignoreCase: true);

    private static List<JsonElement> Items(JsonElement of, string name) =>
        of.TryGetProperty(name, out JsonElement items) && items.ValueKind == JsonValueKind.Array ? [.. items.EnumerateArray()] : [];

    private static bool Flag(JsonElement of, string name) => of.TryGetProperty(name, out JsonElement flag) && flag.ValueKind == JsonValueKind.True;

    private static string Text(JsonElement of, string name) => of.TryGetProperty(name, out JsonElement text) ? text.GetString()! : "";

    /// <summary>Only what selects, in the form of the recording.</summary>
    private static string AsRecorded(string path)
    {
        string[] parts = path.Split('?', '&');
        string recorded = parts[0];
        foreach (string name in (string[])["labelSelector=", "fieldSelector="])
        {
            if (parts.FirstOrDefault(part => part.StartsWith(name, StringComparison.Ordinal)) is { } selector && selector.Length > name.Length)
            {
                recorded += "?" + Uri.UnescapeDataString(selector);
            }
        }
        return recorded;
    }
}
