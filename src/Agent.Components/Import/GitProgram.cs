using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Agent.Sdk;

namespace Agent.Components.Import;

/// <summary>Runs the <c>git</c> program so that it never asks anybody anything; secrets go through its environment, not its arguments.</summary>
internal sealed class GitProgram(ImportGit.Arguments arguments, string storage) : IDisposable
{
    private const int LongestComplaint = 2000;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private string KeyFile => Path.Combine(storage, "key");

    private string AskPass => Path.Combine(storage, "passphrase");

    /// <summary>What the program printed.</summary>
    /// <exception cref="ComponentException">There is no such program, or it failed.</exception>
    public async Task<string> RunAsync(IReadOnlyList<string> command, CancellationToken stop)
    {
        var start = new ProcessStartInfo("git")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (string argument in command)
        {
            start.ArgumentList.Add(argument);
        }
        PrepareEnvironment(start.Environment);
        using Process process = Start(start);
        process.StandardInput.Close();
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(stop);
            Task<string> complaints = process.StandardError.ReadToEndAsync(stop);
            await process.WaitForExitAsync(stop);
            string said = await output;
            return process.ExitCode == 0 ? said : throw Failed(command, await complaints);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    public void Dispose()
    {
        File.Delete(KeyFile);
        File.Delete(AskPass);
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

    private static ComponentException Failed(IReadOnlyList<string> command, string complaints)
    {
        string text = complaints.Trim().ReplaceLineEndings("; ");
        string verb = command.FirstOrDefault(static word => word is "fetch" or "init" or "checkout" or "rev-parse") ?? "git";
        return new ComponentException($"git {verb} failed: {text[..Math.Min(text.Length, LongestComplaint)]}");
    }

    private void PrepareEnvironment(IDictionary<string, string?> environment)
    {
        environment["LC_ALL"] = "C";
        environment["GIT_TERMINAL_PROMPT"] = "0";
        if (arguments.BasicAuth is { } basic)
        {
            string password = basic.PasswordFile.Length > 0 ? ReadSecret(basic.PasswordFile).Trim() : basic.Password?.Reveal() ?? "";
            environment["GIT_CONFIG_COUNT"] = "1";
            environment["GIT_CONFIG_KEY_0"] = "http.extraHeader";
            environment["GIT_CONFIG_VALUE_0"] = "Authorization: Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{basic.Username}:{password}"));
        }
        if (arguments.SshKey is { } ssh)
        {
            PrepareSsh(ssh, environment);
        }
    }

    private void PrepareSsh(SshKey ssh, IDictionary<string, string?> environment)
    {
        string key = ssh.KeyFile;
        if (ssh.Key is { } text)
        {
            key = KeyFile;
            Write(key, text.Reveal().TrimEnd() + "\n", OwnerOnly);
        }
        bool asks = ssh.Passphrase is not null;
        environment["GIT_SSH_COMMAND"] =
            $"ssh -i {Quote(key)} -l {Quote(ssh.Username)} -o IdentitiesOnly=yes -o StrictHostKeyChecking=yes -o BatchMode={(asks ? "no" : "yes")}";
        if (ssh.Passphrase is { } passphrase)
        {
            // The program that ssh asks prints a variable: the passphrase itself is on no disk.
            Write(AskPass, "#!/bin/sh\nprintf '%s\\n' \"$INVAR_GIT_PASSPHRASE\"\n", OwnerOnly | UnixFileMode.UserExecute);
            environment["INVAR_GIT_PASSPHRASE"] = passphrase.Reveal();
            environment["SSH_ASKPASS"] = Path.GetFullPath(AskPass);
            environment["SSH_ASKPASS_REQUIRE"] = "force";
        }
    }

    private static string ReadSecret(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ComponentException($"cannot read the password: {exception.Message}", exception);
        }
    }

    private static void Write(string path, string text, UnixFileMode mode)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        File.Delete(path);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = mode;
        }
        using var file = new FileStream(path, options);
        file.Write(Encoding.UTF8.GetBytes(text));
    }

    /// <summary>As a shell takes it: git has the command run by one.</summary>
    private static string Quote(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
