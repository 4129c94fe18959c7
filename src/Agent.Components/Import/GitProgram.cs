using System.ComponentModel;
using System.Diagnostics;
using Agent.Sdk;

namespace Agent.Components.Import;

/// <summary>Runs the <c>git</c> program so that it never asks anybody anything; secrets go through its environment, not its arguments.</summary>
internal sealed class GitProgram(GitCredentials credentials, GitSsh ssh)
{
    private const int LongestComplaint = 2000;

    /// <summary>What the program printed.</summary>
    /// <exception cref="ComponentException">There is no such program, or it failed.</exception>
    public static Task<string> RunAsync(IReadOnlyList<string> command, CancellationToken stop) => RunAsync(StartOf(command), [], stop);

    /// <summary>The same for a command that speaks with the server, which may want to know who asks.</summary>
    /// <exception cref="ComponentException">There is no such program, or it failed.</exception>
    public async Task<string> AskServerAsync(IReadOnlyList<string> command, CancellationToken stop)
    {
        ProcessStartInfo start = StartOf(command);
        try
        {
            string?[] secrets = [credentials.Prepare(start.Environment), ssh.Prepare(start.Environment)];
            return await RunAsync(start, secrets, stop);
        }
        finally
        {
            ssh.Forget();
        }
    }

    private static ProcessStartInfo StartOf(IReadOnlyList<string> command)
    {
        var start = new ProcessStartInfo("git", command)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["LC_ALL"] = "C";
        start.Environment["GIT_TERMINAL_PROMPT"] = "0";
        return start;
    }

    private static async Task<string> RunAsync(ProcessStartInfo start, IReadOnlyList<string?> secrets, CancellationToken stop)
    {
        using Process process = Start(start);
        process.StandardInput.Close();
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(stop);
            Task<string> complaints = process.StandardError.ReadToEndAsync(stop);
            await Task.WhenAll(output, complaints);
            await process.WaitForExitAsync(stop);
            return process.ExitCode == 0 ? await output : throw Failed(start.ArgumentList, await complaints, secrets);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            throw;
        }
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start) ?? throw new UnreachableException("BUG: no process was started");
        }
        catch (Win32Exception exception)
        {
            throw new ComponentException("cannot run git: the program is not installed", exception);
        }
    }

    private static ComponentException Failed(IReadOnlyList<string> command, string complaints, IReadOnlyList<string?> secrets)
    {
        string text = complaints.Trim().ReplaceLineEndings("; ");
        foreach (string secret in secrets.OfType<string>().Where(static secret => secret.Length > 0))
        {
            // A server may answer with what it was sent.
            text = text.Replace(secret, "(secret)", StringComparison.Ordinal);
        }
        string verb = command.FirstOrDefault(static word => word is "fetch" or "init" or "checkout" or "rev-parse") ?? "git";
        return new ComponentException($"git {verb} failed: {text[..Math.Min(text.Length, LongestComplaint)]}");
    }
}
