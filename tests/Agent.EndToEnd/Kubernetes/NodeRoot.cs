using System.Diagnostics;

namespace Agent.EndToEnd.Kubernetes;

/// <summary>What a container of the agent sees of its node, in a mount namespace of its own: the service account, /var/log, names of hosts.</summary>
internal sealed class NodeRoot
{
    private const string Mounts = """
        set -e
        mount -t tmpfs tmpfs /run
        mkdir -p /run/secrets/kubernetes.io
        ln -s "$NODE_ROOT/serviceaccount" /run/secrets/kubernetes.io/serviceaccount
        mount --bind "$NODE_ROOT/log" /var/log
        mount --bind "$NODE_ROOT/hosts" /etc/hosts
        exec "$0" "$@"
        """;

    private readonly string _folder;

    /// <param name="folder">Where what is mounted lies.</param>
    public NodeRoot(string folder)
    {
        _folder = folder;
        Directory.CreateDirectory(Path.Combine(folder, "serviceaccount"));
        Directory.CreateDirectory(Logs);
        File.WriteAllText(Path.Combine(folder, "hosts"), "127.0.0.1 localhost\n");
    }

    /// <summary>Why nothing can be mounted here; null where it can.</summary>
    public static string? Lack { get; } = Try();

    /// <summary>What the agent sees as /var/log.</summary>
    public string Logs => Path.Combine(_folder, "log");

    /// <summary>The command that runs another one with everything mounted.</summary>
    public static IReadOnlyList<string> Command { get; } = ["unshare", "-m", "sh", "-c", Mounts];

    public void Prepare(IDictionary<string, string?> environment) => environment["NODE_ROOT"] = _folder;

    public void WriteServiceAccount(string token, string authority, string inNamespace)
    {
        string folder = Path.Combine(_folder, "serviceaccount");
        File.WriteAllText(Path.Combine(folder, "token"), token);
        File.WriteAllText(Path.Combine(folder, "ca.crt"), authority);
        File.WriteAllText(Path.Combine(folder, "namespace"), inNamespace);
    }

    public void AddHost(string address, string name) => File.AppendAllText(Path.Combine(_folder, "hosts"), $"{address} {name}\n");

    private static string? Try()
    {
        const string Cannot = "cannot give the agent mounts of its own: that needs unshare and the right to mount";
        try
        {
            using var process = Process.Start(new ProcessStartInfo("unshare", ["-m", "sh", "-c", "mount -t tmpfs tmpfs /run && test -d /var/run/."])
            {
                RedirectStandardError = true,
            })!;
            process.WaitForExit();
            return process.ExitCode == 0 ? null : Cannot;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return Cannot;
        }
    }
}
