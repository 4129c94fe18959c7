using System.CommandLine;
using Agent.Run;

namespace Agent.CommandLine;

/// <summary><c>invar run</c>: runs a configuration until a signal ends it.</summary>
internal static class RunCommand
{
    public static Command Create(AgentBuild build, Terminal terminal)
    {
        var flags = new RunFlags(Environment.GetEnvironmentVariable);
        Argument<string[]> path = Flag.Paths("path", ArgumentArity.ExactlyOne, "Configuration file, or folder of *.alloy files");
        var command = new Command("run", "Run a configuration in the foreground until an interrupt is received") { path };
        flags.AddTo(command);
        command.SetAction(async (result, _) =>
            flags.Refusal(result) is { } refusal
                ? terminal.Fail(refusal)
                : await AgentProcess.RunAsync(build, terminal, flags.Read(result, result.GetValue(path)![0])).ConfigureAwait(false));
        return command;
    }
}
