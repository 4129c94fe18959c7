using System.CommandLine;
using System.Text;
using System.Text.Json;
using Agent.Run;
using Agent.Runtime.Configuration;
using Agent.Runtime.Logging;
using Agent.Runtime.StandardLibrary;
using Agent.Runtime.Validation;
using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Syntax;
using Agent.Web.Access;
using Agent.Web.LiveDebugging;

namespace Agent.CommandLine;

/// <summary><c>invar validate</c>: everything short of running, each path as a configuration of its own.</summary>
internal static class ValidateCommand
{
    public static Command Create(AgentBuild build, Terminal terminal)
    {
        Option<string> format = Flag.Text("--format", "text", "Format of the diagnostics: text (standard error) or json (standard output)");
        Option<Stability> stability = Flag.StabilityLevel();
        ConversionFlags conversion = new();
        Option<bool> community = Flag.Bool("--feature.community-components.enabled", false, "Enable community components; this build has none");
        Option<bool> ownNode = KubernetesFlags.OwnNode("The agent will run with this flag: each finds the pods of its own node");
        Argument<string[]> paths = Flag.Paths("path", ArgumentArity.OneOrMore, "Files, or folders of *.alloy files");
        var command = new Command("validate", "Validate configuration files") { format, stability, community, ownNode, paths };
        conversion.AddTo(command);
        command.SetAction(result =>
        {
            if (conversion.Refusal(result) is { } refusal)
            {
                return terminal.Fail(refusal);
            }
            string wanted = result.GetValue(format)!;
            if (wanted is not ("text" or "json"))
            {
                return terminal.Fail($"invalid argument \"{wanted}\" for \"--format\" flag: text and json are known");
            }
            var options = new AgentOptions { OwnNodePods = result.GetValue(ownNode) };
            DiagnosticBag diagnostics = Validate(build, result.GetValue(paths)!, result.GetValue(stability), conversion.Read(result), options);
            return Report(terminal, diagnostics, wanted == "json");
        });
        return command;
    }

    /// <summary>Unset environment variables are unknown values: they may be set where the agent will run.</summary>
    public static DiagnosticBag Validate(
        AgentBuild build, IEnumerable<string> paths, Stability minimum, ConfigurationFormat? format = null, AgentOptions? options = null)
    {
        var all = new DiagnosticBag();
        foreach (string path in paths)
        {
            all.AddRange(Validate(build, diagnostics => (format ?? ConfigurationFormat.Alloy).Read(path, diagnostics), minimum, options));
        }
        return all;
    }

    /// <summary>The same for a configuration that <paramref name="read"/> gives; one that does not parse is not looked at further.</summary>
    public static DiagnosticBag Validate(AgentBuild build, Func<DiagnosticBag, ConfigurationSource?> read, Stability minimum, AgentOptions? options = null)
    {
        var diagnostics = new DiagnosticBag();
        if (read(diagnostics) is { } source && !diagnostics.HasErrors)
        {
            using var log = new AgentLog(Stream.Null, TimeProvider.System);
            var library = new StandardLibraryScope(new StandardLibraryOptions { UnsetIsUnknown = true, Version = AgentBuild.Version });
            var state = new AgentState(log, new HttpAccess(), new LiveDebuggingState());
            var validator = new ConfigurationValidator(build.Catalog(state), library, library, minimum) { Options = options ?? AgentOptions.Default };
            validator.Validate(source, diagnostics);
        }
        return diagnostics;
    }

    private static int Report(Terminal terminal, DiagnosticBag diagnostics, bool json)
    {
        if (json)
        {
            using var bytes = new MemoryStream();
            using (var writer = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = true }))
            {
                DiagnosticJson.Write(writer, diagnostics);
            }
            terminal.Out.WriteLine(Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length));
            return diagnostics.HasErrors ? 1 : 0;
        }
        new DiagnosticPrinter(terminal.Error) { Color = terminal.Color }.Print(diagnostics);
        if (!diagnostics.HasErrors)
        {
            return 0;
        }
        terminal.Error.WriteLine();
        return terminal.Fail("validation failed");
    }
}
