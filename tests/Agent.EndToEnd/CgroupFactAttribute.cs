using System.ComponentModel;
using System.Diagnostics;

namespace Agent.EndToEnd;

/// <summary>A test under a real memory limit: skips, and says so, where systemd cannot set one.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class CgroupFactAttribute : FactAttribute
{
    public CgroupFactAttribute()
    {
        if (NativeBinary.Location is null)
        {
            Skip = NativeBinary.Missing;
        }
        else if (!IsPossible())
        {
            Skip = "systemd-run cannot set a memory limit here: no systemd runs, or it does not let this user";
        }
    }

    /// <summary>Runs what follows, as the same process, with so much memory and no swap.</summary>
    public static string[] Command(string limit) =>
    [
        "systemd-run", .. Workspace.IsRoot ? (string[])[] : ["--user"], "--scope", "--quiet", "-p", $"MemoryMax={limit}", "-p", "MemorySwapMax=0",
    ];

    private static bool IsPossible()
    {
        string[] command = [.. Command("64M"), "true"];
        try
        {
            using var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true })!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
