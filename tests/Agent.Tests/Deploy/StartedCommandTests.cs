using System.CommandLine;
using System.Text.Json.Nodes;
using Agent.CommandLine;
using Agent.Testing;

namespace Agent.Tests.Deploy;

/// <summary>What deployments start is a command line that the agent understands.</summary>
public sealed class StartedCommandTests
{
    private static readonly string Unit = Repository.PathOf("deploy/systemd/invar.service");

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"uiPathPrefix": "/agent", "stabilityLevel": "experimental", "extraArgs": ["--disable-reporting", "--kubernetes.selector-pushdown=false"]}""")]
    public void The_chart_gives_flags_that_the_agent_has(string values)
    {
        List<JsonObject> objects = new HelmChart(Repository.PathOf("deploy/helm/invar")).Render(chart =>
        {
            foreach (KeyValuePair<string, JsonNode?> value in JsonNode.Parse(values)!.AsObject())
            {
                chart["alloy"]![value.Key] = value.Value?.DeepClone();
            }
        });

        Assert.Empty(Errors(KustomizeTests.Container(KustomizeTests.Pod(objects))["args"]!.AsArray().Select(static argument => argument!.ToString())));
    }

    [Fact]
    public void The_unit_runs_and_checks_the_same_configuration_with_flags_that_the_agent_has()
    {
        string flags = File.ReadLines(Repository.PathOf("deploy/systemd/invar.default"))
            .Single(static line => line.StartsWith("INVAR_FLAGS=", StringComparison.Ordinal)).Split('=', 2)[1].Trim('"');
        string[] commands = [.. Settings("ExecStart"), .. Settings("ExecStartPre"), .. Settings("ExecReload").Take(1)];

        Assert.Equal(3, commands.Length);
        Assert.All(commands, command =>
        {
            string[] words = command.Replace("$INVAR_FLAGS", flags, StringComparison.Ordinal).Split(' ');
            Assert.Equal("/usr/bin/invar", words[0]);
            Assert.Contains("/etc/invar/config.alloy", words);
            Assert.Empty(Errors(words.Skip(1)));
        });
    }

    [Theory]
    [InlineData("User", "invar")]
    [InlineData("CapabilityBoundingSet", "CAP_DAC_READ_SEARCH")]
    [InlineData("AmbientCapabilities", "CAP_DAC_READ_SEARCH")]
    [InlineData("NoNewPrivileges", "yes")]
    [InlineData("ProtectSystem", "strict")]
    [InlineData("StateDirectory", "invar")]
    public void The_unit_reads_logs_and_writes_to_its_own_folder(string name, string value) => Assert.Equal([value], Settings(name));

    private static IEnumerable<string> Settings(string name) =>
        File.ReadLines(Unit).Where(line => line.StartsWith(name + "=", StringComparison.Ordinal)).Select(line => line[(name.Length + 1)..]);

    private static IEnumerable<string> Errors(IEnumerable<string> arguments)
    {
        var terminal = new Terminal(Stream.Null, TextWriter.Null, TextWriter.Null, Color: false);
        ParseResult parsed = AgentCommandLine.Root(Shell.Build, terminal).Parse(GoArguments.Split([.. arguments]), new ParserConfiguration { ResponseFileTokenReplacer = null });
        return parsed.Errors.Select(static error => error.Message);
    }
}
