using System.Text.Json;
using Agent.CommandLine;

namespace Agent.Tests.CommandLine;

public sealed class ValidateCommandTests : IDisposable
{
    private readonly Shell _shell = new();

    public void Dispose() => _shell.Dispose();

    [Fact]
    public async Task A_valid_configuration_says_nothing()
    {
        string path = _shell.Write("a.alloy", "logging {\n  level = \"debug\"\n}\n\nlivedebugging {\n  enabled = true\n}\n");
        Assert.Equal(0, await _shell.RunAsync("validate", path));
        Assert.Equal("", _shell.Out + _shell.Error);
    }

    [Fact]
    public async Task Errors_are_printed_with_the_source_and_carets()
    {
        string path = _shell.Write("a.alloy", "\nlocal.missing \"x\" {\n  a = 1\n}\n");
        Assert.Equal(1, await _shell.RunAsync("validate", path));
        Assert.StartsWith(
            $$"""
            Error: {{path}}:2:1: cannot find the definition of component name "local.missing"

            1 | 
            2 | local.missing "x" {
              | ^^^^^^^^^^^^^
            3 |   a = 1

            """, _shell.Error, StringComparison.Ordinal);
        Assert.EndsWith("Error: validation failed\n", _shell.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_paths_are_validated_and_folders_are_one_configuration()
    {
        _shell.Write("a.alloy", "logging {\n  level = \"loud\"\n}\n");
        _shell.Write("b.alloy", "logging { }\n");
        Assert.Equal(1, await _shell.RunAsync("validate", _shell.Folder, Path.Combine(_shell.Folder, "a.alloy")));
        Assert.Contains("block logging already declared at", _shell.Error, StringComparison.Ordinal);
        Assert.Equal(3, _shell.Error.Split("Error: ").Length - 2);
    }

    [Fact]
    public async Task Json_goes_to_standard_output()
    {
        string path = _shell.Write("a.alloy", "logging {\n  nope = 1\n}\n");
        Assert.Equal(1, await _shell.RunAsync("validate", "--format=json", path));
        using JsonDocument json = JsonDocument.Parse(_shell.Out);
        JsonElement only = Assert.Single(json.RootElement.EnumerateArray());
        Assert.Equal("error", only.GetProperty("severity").GetString());
        Assert.Equal(path, only.GetProperty("file").GetString());
        Assert.Equal(2, only.GetProperty("line").GetInt32());
        Assert.Equal(3, only.GetProperty("column").GetInt32());
        Assert.Equal("unrecognized attribute name \"nope\"", only.GetProperty("message").GetString());
    }

    [Fact]
    public async Task Variables_that_are_not_set_here_are_unknown_and_not_empty()
    {
        string path = _shell.Write("a.alloy", "logging {\n  level = sys.env(\"INVAR_TEST_NOT_SET\")\n}\n");
        Assert.Equal(0, await _shell.RunAsync("validate", path));
    }

    [Fact]
    public async Task Blocks_that_come_later_are_refused_by_name()
    {
        Assert.Equal(1, await _shell.RunAsync("validate", _shell.Write("a.alloy", "tracing {\n}\n")));
        Assert.Contains("block \"tracing\" is not supported yet", _shell.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--config.format=nonsense")]
    [InlineData("--format=xml")]
    [InlineData("--nonsense")]
    public async Task Flags_that_cannot_be_honoured_are_errors(string flag)
    {
        Assert.Equal(1, await _shell.RunAsync("validate", flag, _shell.Write("a.alloy", "")));
        Assert.StartsWith("Error: ", _shell.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_flags_of_Alloy_are_accepted() => Assert.Equal(0, await _shell.RunAsync(
        "validate", "--stability.level=experimental", "--feature.community-components.enabled=true", "--config.format=alloy",
        "--config.bypass-conversion-errors", "--config.extra-args=x", _shell.Write("a.alloy", "")));

    [Fact]
    public async Task A_missing_file_is_an_error()
    {
        Assert.Equal(1, await _shell.RunAsync("validate", Path.Combine(_shell.Folder, "none.alloy")));
        Assert.Contains("no such file or folder", _shell.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--kubernetes.own-node-pods=false", true)]
    [InlineData("--kubernetes.own-node-pods", false)]
    public async Task The_flag_that_the_agent_will_run_with_counts(string flag, bool isWarned)
    {
        string path = _shell.Write("a.alloy", """
            discovery.kubernetes "pods" {
              role = "pod"
            }
            prometheus.scrape "pods" {
              targets    = discovery.kubernetes.pods.targets
              forward_to = [prometheus.remote_write.x.receiver]
            }
            prometheus.remote_write "x" { endpoint { url = "http://mimir/push" } }
            """);
        AgentBuild build = Shell.Build with { Checks = [new Agent.Components.Discovery.Kubernetes.Duplicates.DuplicateCollection(static _ => "node-7")] };
        using var error = new StringWriter();

        Assert.Equal(0, await AgentCommandLine.RunAsync(["validate", flag, path], build, new Terminal(Stream.Null, TextWriter.Null, error, Color: false)));
        Assert.Equal(isWarned, error.ToString().Contains("or run all these agents with --kubernetes.own-node-pods", StringComparison.Ordinal));
    }
}
