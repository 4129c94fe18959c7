using System.Text.Json.Nodes;
using Agent.Testing;

namespace Agent.Tests.Deploy;

public sealed class KustomizeTests : IDisposable
{
    private const string Base = "deploy/kubernetes/base";
    private readonly Shell _shell = new();

    public static TheoryData<string> Folders => ["base", .. Overlays.Select(static name => "overlays/" + name)];

    private static IEnumerable<string> Overlays =>
        Directory.GetDirectories(Repository.PathOf("deploy/kubernetes/overlays")).Select(static folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal);

    public void Dispose() => _shell.Dispose();

    [KubectlTheory]
    [MemberData(nameof(Folders))]
    public void What_it_builds_holds_together(string folder) => Assert.Empty(ManifestChecks.Problems(Kubectl.Kustomize(folder)));

    [KubectlFact]
    public void The_parts_can_be_put_together()
    {
        string folder = Repository.PathOf("deploy/kubernetes");
        // kustomize takes no absolute paths.
        string root = Path.GetRelativePath(_shell.Folder, folder);
        _shell.Write("kustomization.yaml", $"""
            resources:
              - {root}/base
            components:
              - {root}/components/etcd-ca
              - {root}/components/group
              - {root}/components/empty-dir
              - {root}/components/pod-monitor
            """);

        List<JsonObject> objects = Kubectl.Kustomize(_shell.Folder);

        Assert.Empty(ManifestChecks.Problems(objects));
        JsonNode pod = Pod(objects);
        Assert.Equal(["etcd-ca"], ManifestChecks.Items(pod["initContainers"]).Select(static container => container["name"]!.ToString()));
        Assert.Equal("[0]", pod["securityContext"]!["supplementalGroups"]!.ToJsonString());
    }

    [KubectlFact]
    public void The_base_runs_as_a_user_of_its_own_that_may_read_and_nothing_else()
    {
        JsonNode pod = Pod(Kubectl.Kustomize("base"));
        JsonNode rights = Container(pod)["securityContext"]!;

        Assert.Equal(473, pod["securityContext"]!["runAsUser"]!.GetValue<double>());
        Assert.Equal("""["DAC_READ_SEARCH"]""", rights["capabilities"]!["add"]!.ToJsonString());
        Assert.Equal("/bin/invar-node", Container(pod)["command"]![0]!.ToString());
        Assert.Equal("RuntimeDefault", pod["securityContext"]!["seccompProfile"]!["type"]!.ToString());
        Assert.Equal("""[{"operator":"Exists"}]""", pod["tolerations"]!.ToJsonString());
        Assert.Equal(["HOSTNAME", "K8S_NODE_NAME"], ManifestChecks.Items(Container(pod)["env"])
            .Where(static variable => variable["valueFrom"]?["fieldRef"]?["fieldPath"]?.ToString() == "spec.nodeName")
            .Select(static variable => variable["name"]!.ToString()));
    }

    [KubectlTheory]
    [InlineData("group", "/bin/invar")]
    [InlineData("root", "/bin/invar")]
    public void Without_the_capability_for_another_user_the_plain_binary_starts(string overlay, string binary)
    {
        JsonNode container = Container(Pod(Kubectl.Kustomize("overlays/" + overlay)));

        // The other one carries a file capability: the kernel refuses to start it where the container does not have that.
        Assert.Equal(binary, container["command"]![0]!.ToString());
        Assert.Equal(overlay == "root", container["securityContext"]!["capabilities"]!["add"] is not null);
    }

    [Fact]
    public void There_is_an_overlay_for_each_component() => Assert.Equal(
        Directory.GetDirectories(Repository.PathOf("deploy/kubernetes/components")).Select(static folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal),
        Overlays);

    [Fact]
    public void The_base_runs_the_recommended_configuration() => Assert.Equal(
        File.ReadAllText(Repository.PathOf("config/daemonset.alloy")), File.ReadAllText(Repository.PathOf($"{Base}/config.alloy")));

    [Fact]
    public async Task The_roles_of_the_base_are_what_the_configuration_needs()
    {
        Assert.Equal(0, await _shell.RunAsync("rbac", Repository.PathOf("config/daemonset.alloy")));

        Assert.Equal("", _shell.Error);
        Assert.Equal(_shell.Out, await File.ReadAllTextAsync(Repository.PathOf($"{Base}/rbac.yaml")));
    }

    [Fact]
    public void The_configuration_finds_every_variable_in_the_environment_of_the_base_or_names_a_default()
    {
        string configuration = File.ReadAllText(Repository.PathOf("config/daemonset.alloy"));
        IEnumerable<string> set = File.ReadLines(Repository.PathOf($"{Base}/environment.env"))
            .Where(static line => line.Length > 0 && line[0] != '#').Select(static line => line.Split('=')[0]);

        Assert.All(set, name => Assert.Contains($"sys.env(\"{name}\")", configuration, StringComparison.Ordinal));
        Assert.Superset(new HashSet<string> { "LOKI_URL", "LOKI_URL_2", "METRICS_URL" }, set.ToHashSet());
    }

    internal static JsonNode Pod(IEnumerable<JsonObject> objects) =>
        objects.Single(static item => item["kind"]!.ToString() == "DaemonSet")["spec"]!["template"]!["spec"]!;

    internal static JsonObject Container(JsonNode pod) => Assert.Single(ManifestChecks.Items(pod["containers"]));
}
