using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;

namespace Agent.CommandLine;

/// <summary>The command line as a whole.</summary>
internal static class AgentCommandLine
{
    public static async Task<int> RunAsync(string[] args, AgentBuild build, Terminal terminal)
    {
        ParseResult result = Root(build, terminal).Parse(GoArguments.Split(args), new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (result.Errors.Count > 0)
        {
            foreach (ParseError error in result.Errors)
            {
                terminal.Error.WriteLine($"Error: {error.Message}");
            }
            return 1;
        }
        // The run command minds signals itself: a stop takes longer than the framework would wait.
        var configuration = new InvocationConfiguration
        {
            Output = terminal.Out,
            Error = terminal.Error,
            ProcessTerminationTimeout = null,
            EnableDefaultExceptionHandler = false,
        };
        return await result.InvokeAsync(configuration).ConfigureAwait(false);
    }

    public static RootCommand Root(AgentBuild build, Terminal terminal)
    {
        var root = new RootCommand("A telemetry agent that runs Grafana Alloy configurations.")
        {
            RunCommand.Create(build, terminal),
            ValidateCommand.Create(build, terminal),
            FormatCommand.Create(terminal),
            ConvertCommand.Create(terminal),
            DocsCommand.Create(build, terminal),
            ComponentsCommand.Create(build, terminal),
            RbacCommand.Create(build, terminal),
        };
        root.Directives.Clear();
        foreach (VersionOption version in root.Options.OfType<VersionOption>())
        {
            version.Action = new PrintVersion(terminal);
        }
        return root;
    }

    private sealed class PrintVersion(Terminal terminal) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            terminal.Out.WriteLine(AgentBuild.VersionText);
            return 0;
        }
    }
}
