using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Agent.EndToEnd.Kubernetes;

/// <summary>Makes journals by systemd's own means.</summary>
internal static class JournalExport
{
    private const string Program = "systemd-journal-remote";
    private static readonly string[] Folders = ["/usr/lib/systemd", "/lib/systemd"];

    /// <summary>Why no journal can be made here, or none read; null where both can.</summary>
    public static string? Lack { get; } = Location is null ? $"{Program} is not installed" : null;

    private static string? Location => Folders.Select(static folder => Path.Combine(folder, Program)).FirstOrDefault(File.Exists);

    /// <summary>Writes entries, a second apart and the last a minute old, to a file of a journal's folder.</summary>
    public static void Write(string folder, params IReadOnlyList<(string Host, string Unit, int Priority, string Message)> entries)
    {
        DateTimeOffset first = TimeProvider.System.GetUtcNow().AddMinutes(-1).AddSeconds(-entries.Count);
        var export = new StringBuilder();
        for (int i = 0; i < entries.Count; i++)
        {
            (string host, string unit, int priority, string message) = entries[i];
            long micros = (first.AddSeconds(i) - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
            export.Append(CultureInfo.InvariantCulture, $"__REALTIME_TIMESTAMP={micros}\n__MONOTONIC_TIMESTAMP={(i + 1) * 1_000_000L}\n_BOOT_ID=0123456789abcdef0123456789abcdef\n")
                .Append(CultureInfo.InvariantCulture, $"_HOSTNAME={host}\n_SYSTEMD_UNIT={unit}\nPRIORITY={priority}\nMESSAGE={message}\n\n");
        }
        Directory.CreateDirectory(folder);
        string text = Path.Combine(folder, "entries.export");
        File.WriteAllText(text, export.ToString());
        using Process process = Process.Start(new ProcessStartInfo(Location!, ["-o", Path.Combine(folder, "system.journal"), text]) { RedirectStandardError = true })!;
        string complaint = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, complaint);
        File.Delete(text);
    }
}

/// <summary>A <see cref="ClusterFactAttribute"/> with journals; skips, and says so, where none can be made.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class JournalClusterFactAttribute : FactAttribute
{
    public JournalClusterFactAttribute(string seed) => Skip = new ClusterFactAttribute(seed).Skip ?? JournalExport.Lack;
}
