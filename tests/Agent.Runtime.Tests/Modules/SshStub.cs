using System.Runtime.Versioning;

namespace Agent.Runtime.Tests.Modules;

/// <summary>A program named <c>ssh</c>, first on the path, that writes down how it is called and runs the command on this machine.</summary>
[SupportedOSPlatform("linux")]
internal sealed class SshStub : IDisposable
{
    private const string Script = """
        #!/bin/sh
        here=$(dirname "$0")
        key=
        previous=
        for argument; do
            printf 'argument %s\n' "$argument" >>"$here/calls"
            [ "$previous" = -i ] && key=$argument
            previous=$argument
        done
        [ -z "$key" ] || printf 'key %s %s %s\n' "$(stat -c %a "$key")" "$key" "$(head -n 1 "$key")" >>"$here/calls"
        [ -z "$SSH_ASKPASS" ] || printf 'passphrase %s %s %s\n' "$SSH_ASKPASS_REQUIRE" "$(stat -c %a "$SSH_ASKPASS")" "$("$SSH_ASKPASS" 'Enter passphrase for key: ')" >>"$here/calls"
        if [ -e "$here/refuse" ]; then
            echo 'Host key verification failed.' >&2
            exit 255
        fi
        exec sh -c "$previous"
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("invar-ssh-");
    private readonly string? _path = Environment.GetEnvironmentVariable("PATH");

    public SshStub()
    {
        string program = PathOf("ssh");
        File.WriteAllText(program, Script);
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Environment.SetEnvironmentVariable("PATH", _folder.FullName + Path.PathSeparator + _path);
    }

    /// <summary>What it was called with, one thing a line.</summary>
    public IReadOnlyList<string> Calls => File.Exists(PathOf("calls")) ? File.ReadAllLines(PathOf("calls")) : [];

    /// <summary>Whether the host is one that nobody knows.</summary>
    public bool Refuses
    {
        set
        {
            if (value)
            {
                File.WriteAllText(PathOf("refuse"), "");
            }
            else
            {
                File.Delete(PathOf("refuse"));
            }
        }
    }

    public string PathOf(string name) => Path.Combine(_folder.FullName, name);

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("PATH", _path);
        _folder.Delete(recursive: true);
    }
}
