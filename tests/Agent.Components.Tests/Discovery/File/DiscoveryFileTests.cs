using Agent.Components.Discovery.File;
using Agent.Components.Tests.Decoding;
using Agent.Sdk;
using Agent.Syntax;
using Agent.Telemetry;

namespace Agent.Components.Tests.Discovery.File;

public sealed class DiscoveryFileTests : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("invar-targets-").FullName;

    private readonly DiscoveryRun<DiscoveryFile.Arguments> _run = new(
        "discovery.file", static context => new DiscoveryFile(context), static exports => ((DiscoveryFile.Exports)exports).Targets);

    public async ValueTask DisposeAsync()
    {
        await _run.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Json_and_yaml_files_are_read_by_their_patterns()
    {
        Write("a.json", """[{"targets": ["j:1", "j:2"], "labels": {"env": "dev"}}]""");
        Write("b.yaml", """
            - targets:
              - y:1
              - 10.0.0.1:80
              labels: &common
                job: worker
                shard: 1
            - targets: ['y:2']
              labels:
                <<: *common
                job: other
            """);
        Write("c.txt", "nothing for us");
        await StartAsync("*.json", "*.yaml");
        await _run.UntilAsync(() => _run.Targets.Count == 5);

        Assert.Equal("j:1 j:2 y:1 10.0.0.1:80 y:2", _run.Addresses);
        Assert.Equal(("dev", PathOf("a.json")), (_run.Targets[0]["env"], _run.Targets[0]["__meta_filepath"]));
        Target last = _run.Targets[4];
        Assert.Equal(("other", "1", PathOf("b.yaml")), (last["job"], last["shard"], last["__meta_filepath"]));
        Assert.Equal(2, _run.Context.Registry.Families().Single(static family => family.Name == "prometheus_sd_file_mtime_seconds").Series.Length);
    }

    [Fact]
    public async Task Changed_new_and_removed_files_count_without_waiting_for_the_interval()
    {
        Write("a.json", """[{"targets": ["a:1"]}]""");
        await StartAsync("*.json");
        await _run.UntilAsync(() => _run.Addresses == "a:1");

        Write("a.json", """[{"targets": ["a:2"]}]""");
        await _run.UntilAsync(() => _run.Addresses == "a:2");
        System.IO.File.WriteAllText(PathOf("b.tmp"), """[{"targets": ["b:1"]}]""");
        System.IO.File.Move(PathOf("b.tmp"), PathOf("b.json"));
        await _run.UntilAsync(() => _run.Addresses == "a:2 b:1");
        System.IO.File.Delete(PathOf("a.json"));
        await _run.UntilAsync(() => _run.Addresses == "b:1");
        Assert.Single(_run.Context.Registry.Families().Single(static family => family.Name == "prometheus_sd_file_mtime_seconds").Series);
    }

    [Fact]
    public async Task A_damaged_file_keeps_its_last_targets_while_others_go_on()
    {
        Write("a.json", """[{"targets": ["a:1"]}]""");
        Write("b.json", """[{"targets": ["b:1"]}]""");
        await StartAsync("*.json");
        await _run.UntilAsync(() => _run.Targets.Count == 2);

        Write("a.json", """[{"targets": ["a:2"]""");
        Write("b.json", """[{"targets": ["b:2"]}]""");
        await _run.UntilAsync(() => _run.Addresses == "a:1 b:2" && _run.Context.Health == HealthState.Unhealthy);

        Assert.StartsWith($"cannot refresh {PathOf("a.json")}: cannot read target groups: ", _run.Context.HealthMessage, StringComparison.Ordinal);
        Assert.True(_run.Metric("prometheus_sd_file_read_errors_total") >= 1);
        Assert.Collection(
            _run.Sources,
            source => Assert.Equal(($"\"{PathOf("a.json")}\"", "1", true), (source.Name, source.Targets, source.Problem.Length > 2)),
            source => Assert.Equal(($"\"{PathOf("b.json")}\"", "1", "\"\""), source));
        Write("a.json", "null");
        await _run.UntilAsync(() => _run.Addresses == "b:2" && _run.Context.Health == HealthState.Healthy);
    }

    [Fact]
    public async Task Other_patterns_take_the_place_of_the_former_ones()
    {
        Write("a.json", """[{"targets": ["a:1"]}]""");
        Write("b.yml", "[{targets: [b:1]}]");
        await StartAsync("a.json");
        await _run.UntilAsync(() => _run.Addresses == "a:1");

        await _run.ApplyAsync(new DiscoveryFile.Arguments { Files = [PathOf("b.yml")] });

        await _run.UntilAsync(() => _run.Addresses == "b:1");
    }

    [Theory]
    [InlineData("targets: [a:1]", "line 1: the whole is not a list of target groups")]
    [InlineData("- a:1", "line 1: a target group is not a map")]
    [InlineData("- targets: [a:1]\n  label: {a: b}", "line 2: a target group has an unknown field \"label\"")]
    [InlineData("- targets: {a: b}", "line 1: \"targets\" is not a list")]
    [InlineData("- targets: [[a]]", "line 1: a target is not a string")]
    [InlineData("- labels: {a: [b]}", "line 1: the label \"a\" is not a string")]
    [InlineData("- labels: {a: b, a: c}", "the key \"a\" is already there")]
    [InlineData("- targets: *none", "unknown anchor 'none'")]
    [InlineData("- targets: [a:1\n- b", "the text is no YAML")]
    [InlineData("- targets: 'a", "line ")]
    public void Yaml_of_another_shape_is_refused_with_its_line(string text, string reason) =>
        Assert.Contains(
            reason, Assert.Throws<InvalidDataException>(() => TargetYaml.Read(System.Text.Encoding.UTF8.GetBytes(text))).Message, StringComparison.Ordinal);

    [Fact]
    public void Yaml_that_nests_without_end_is_refused() =>
        Assert.Throws<InvalidDataException>(() => TargetYaml.Read(System.Text.Encoding.ASCII.GetBytes(new string('[', 5000))));

    [Theory]
    [InlineData("")]
    [InlineData("~")]
    [InlineData("# nothing\n")]
    [InlineData("[]")]
    public void Empty_yaml_holds_no_targets(string text) => Assert.Empty(TargetYaml.Read(System.Text.Encoding.UTF8.GetBytes(text)));

    [Theory]
    [InlineData("/etc/a.json", true)]
    [InlineData("a_*.YAML", true)]
    [InlineData("/etc/*/a.json", false)]
    [InlineData("/etc/targets", false)]
    public void Paths_that_cannot_hold_targets_are_refused(string path, bool isGood)
    {
        var diagnostics = new DiagnosticBag();
        Agent.Components.GeneratedCatalog.Components.Single(static component => component.Name == "discovery.file")
            .Decode(Config.Block("discovery.file", Config.Set("files", Config.List(Agent.Syntax.Values.Value.Of(path)))), diagnostics);

        Assert.Equal(isGood, !diagnostics.HasErrors);
    }

    private string PathOf(string name) => Path.Combine(_folder, name);

    private void Write(string name, string text) => System.IO.File.WriteAllText(PathOf(name), text);

    private Task StartAsync(params string[] patterns) =>
        _run.StartAsync(new DiscoveryFile.Arguments { Files = [.. patterns.Select(PathOf)] });
}
