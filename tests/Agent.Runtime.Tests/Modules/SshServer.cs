using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Agent.Runtime.Tests.Modules;

/// <summary>A real <c>sshd</c> on loopback that lets in whoever runs the test, with one key.</summary>
internal sealed class SshServer : IDisposable
{
    private readonly string _folder;
    private readonly Process _process;

    private SshServer(string folder, int port, Process process) => (_folder, Port, _process) = (folder, port, process);

    /// <summary>Why there is none; null where there is one.</summary>
    public static string? Missing { get; } = WhyMissing();

    public int Port { get; }

    /// <summary>The private key that opens the server.</summary>
    public string KeyFile => Path.Combine(_folder, "id");

    /// <summary>A file of known hosts with the server in it.</summary>
    public string KnownHosts => Path.Combine(_folder, "known");

    public static async Task<SshServer> StartAsync(string folder, string passphrase)
    {
        Directory.CreateDirectory(folder);
        await KeyAsync(Path.Combine(folder, "host"), "");
        await KeyAsync(Path.Combine(folder, "id"), passphrase);
        int port = FreePort();
        string config = Path.Combine(folder, "sshd_config");
        await File.WriteAllTextAsync(config, string.Create(CultureInfo.InvariantCulture, $"""
            Port {port}
            ListenAddress 127.0.0.1
            HostKey {folder}/host
            AuthorizedKeysFile {folder}/id.pub
            PidFile none
            StrictModes no
            UsePAM no
            PermitRootLogin yes
            PasswordAuthentication no
            KbdInteractiveAuthentication no

            """));
        string[] hostKey = (await File.ReadAllTextAsync(Path.Combine(folder, "host.pub"))).Split(' ');
        await File.WriteAllTextAsync(Path.Combine(folder, "known"), string.Create(CultureInfo.InvariantCulture, $"[127.0.0.1]:{port} {hostKey[0]} {hostKey[1].Trim()}\n"));
        Process process = Process.Start(new ProcessStartInfo(Program!, ["-D", "-e", "-f", config]) { RedirectStandardError = true })!;
        string? line;
        do
        {
            line = await process.StandardError.ReadLineAsync();
            Assert.NotNull(line);
        }
        while (!line.Contains("listening", StringComparison.Ordinal));
        _ = process.StandardError.ReadToEndAsync();
        return new SshServer(folder, port, process);
    }

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private static string? Program => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Append("/usr/sbin")
        .Select(static folder => Path.Combine(folder, "sshd")).FirstOrDefault(File.Exists);

    private static string? WhyMissing() =>
        Program is null ? "sshd not found: the tests with a real one need it (Debian: apt-get install openssh-server)"
        : Environment.UserName == "root" && !Directory.Exists("/run/sshd") ? "sshd cannot run as root without the folder /run/sshd"
        : null;

    private static async Task KeyAsync(string path, string passphrase)
    {
        using Process process = Process.Start("ssh-keygen", ["-q", "-t", "ed25519", "-N", passphrase, "-f", path]);
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

/// <summary>A test with a real SSH server: skips, and says so, where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SshServerFactAttribute : FactAttribute
{
    public SshServerFactAttribute() => Skip = SshServer.Missing;
}
