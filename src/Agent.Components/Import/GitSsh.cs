using System.Text;
using Agent.Sdk;

namespace Agent.Components.Import;

/// <summary>Tells git how to run <c>ssh</c> with a key; a key that is given as text is a file only while git runs.</summary>
/// <param name="key">Null where nothing is said of a key: then it is as the system has it.</param>
/// <param name="storage">Where the files may stand.</param>
internal sealed class GitSsh(SshKey? key, string storage)
{
    private const string PassphraseVariable = "INVAR_GIT_PASSPHRASE";

    /// <summary>Names files of known hosts, divided as those of PATH: what Alloy's library reads.</summary>
    private const string KnownHostsVariable = "SSH_KNOWN_HOSTS";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    private string KeyFile => Path.GetFullPath(Path.Combine(storage, "key"));

    private string AskPass => Path.GetFullPath(Path.Combine(storage, "passphrase"));

    /// <summary>Changes the environment of git, and writes the files that it needs.</summary>
    /// <returns>The passphrase, which is to show nowhere.</returns>
    /// <exception cref="ComponentException">The file of the key cannot be read, or no file can be written.</exception>
    public string? Prepare(IDictionary<string, string?> environment)
    {
        if (key is null)
        {
            return null;
        }
        try
        {
            string? passphrase = key.Passphrase?.Reveal();
            environment["GIT_SSH_COMMAND"] = Command(FileOfKey(), asks: passphrase is not null, environment);
            if (passphrase is not null)
            {
                // The program that ssh asks prints a variable: the passphrase itself is on no disk.
                Write(AskPass, $"#!/bin/sh\nprintf '%s\\n' \"${PassphraseVariable}\"\n", OwnerOnly | UnixFileMode.UserExecute);
                environment[PassphraseVariable] = passphrase;
                environment["SSH_ASKPASS"] = AskPass;
                environment["SSH_ASKPASS_REQUIRE"] = "force";
                // Older programs ask only where there is a display.
                environment.TryAdd("DISPLAY", ":0");
            }
            return passphrase;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ComponentException($"cannot prepare the SSH key: {exception.Message}", exception);
        }
    }

    /// <summary>Removes what was written.</summary>
    public void Forget()
    {
        if (key is not null && Directory.Exists(storage))
        {
            File.Delete(KeyFile);
            File.Delete(AskPass);
        }
    }

    /// <summary>
    /// As Alloy: the key and nothing else, and hosts that are not known are refused. No other way to log in, or ssh would offer the
    /// passphrase as a password.
    /// </summary>
    private string Command(string? file, bool asks, IDictionary<string, string?> environment)
    {
        var command = new StringBuilder("ssh -o StrictHostKeyChecking=yes -o PreferredAuthentications=publickey -o NumberOfPasswordPrompts=1");
        command.Append(asks ? " -o BatchMode=no" : " -o BatchMode=yes");
        if (file is not null)
        {
            command.Append(" -o IdentitiesOnly=yes -i ").Append(Quote(file));
        }
        if (key!.Username.Length > 0)
        {
            command.Append(" -l ").Append(Quote(key.Username));
        }
        if (environment.TryGetValue(KnownHostsVariable, out string? files) && !string.IsNullOrEmpty(files))
        {
            string quoted = string.Join(' ', files.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Select(static name => $"\"{name}\""));
            command.Append(" -o ").Append(Quote($"UserKnownHostsFile={quoted}"));
        }
        return command.ToString();
    }

    /// <summary>Null where no key is named.</summary>
    private string? FileOfKey()
    {
        if (key!.Key is { } text)
        {
            Write(KeyFile, text.Reveal().TrimEnd() + "\n", OwnerOnly);
            return KeyFile;
        }
        if (key.KeyFile.Length == 0)
        {
            return null;
        }
        // Mounted secrets can be read by all, and ssh takes no such key.
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(key.KeyFile) & Others) != 0)
        {
            Write(KeyFile, File.ReadAllText(key.KeyFile), OwnerOnly);
            return KeyFile;
        }
        return Path.GetFullPath(key.KeyFile);
    }

    private static void Write(string path, string text, UnixFileMode mode)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
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
