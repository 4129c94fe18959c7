using System.CommandLine;
using Agent.Rbac;
using Agent.Runtime.Configuration;
using Agent.Runtime.Logging;
using Agent.Runtime.StandardLibrary;
using Agent.Runtime.Validation;
using Agent.Syntax;
using Agent.Web.Access;
using Agent.Web.LiveDebugging;

namespace Agent.CommandLine;

/// <summary><c>invar rbac</c>: prints the roles that a configuration needs, for the service account that the agent runs as.</summary>
internal static class RbacCommand
{
    public static Command Create(AgentBuild build, Terminal terminal)
    {
        Option<string> name = Flag.Text("--name", "invar", "Name of the roles and of their bindings");
        Option<string> space = Flag.Text("--namespace", "monitoring", "Namespace that the agent runs in");
        Option<string> account = Flag.Text("--service-account", "", "Service account that the agent runs as; the name by default");
        Argument<string[]> path = Flag.Paths("path", ArgumentArity.ExactlyOne, "A file, or a folder of *.alloy files");
        var command = new Command("rbac", "Print the Kubernetes roles that a configuration needs") { name, space, account, path };
        command.SetAction(result =>
        {
            string named = result.GetValue(name)!;
            string given = result.GetValue(account)!;
            var subject = new RbacSubject(named, result.GetValue(space)!, given.Length > 0 ? given : named);
            return Print(build, terminal, result.GetValue(path)![0], subject);
        });
        return command;
    }

    private static int Print(AgentBuild build, Terminal terminal, string path, RbacSubject subject)
    {
        var diagnostics = new DiagnosticBag();
        AccessFindings? findings = Find(build, path, diagnostics);
        if (findings is null || diagnostics.HasErrors)
        {
            new DiagnosticPrinter(terminal.Error) { Color = terminal.Color }.Print(diagnostics);
            return terminal.Fail("cannot tell what a configuration needs that has errors");
        }
        if (findings.Unavailable.Count > 0)
        {
            terminal.Error.WriteLine($"Warning: not looked into, because this build does not have them: {string.Join(", ", findings.Unavailable)}");
        }
        terminal.Out.Write(RbacManifest.Write(Path.GetFileName(path.TrimEnd('/')), findings, subject));
        return 0;
    }

    /// <summary>Null where the configuration could not be read.</summary>
    private static AccessFindings? Find(AgentBuild build, string path, DiagnosticBag diagnostics)
    {
        if (ConfigurationReader.Read(path, diagnostics) is not { } source || diagnostics.HasErrors)
        {
            return null;
        }
        using var log = new AgentLog(Stream.Null, TimeProvider.System);
        var library = new StandardLibraryScope(new StandardLibraryOptions { UnsetIsUnknown = true, Version = AgentBuild.Version });
        var state = new AgentState(log, new HttpAccess(), new LiveDebuggingState());
        return new AccessFinder(build.Catalog(state), library, library).Find(source, diagnostics);
    }
}
