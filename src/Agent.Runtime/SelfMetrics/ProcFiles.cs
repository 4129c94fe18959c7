using System.Globalization;

namespace Agent.Runtime.SelfMetrics;

/// <summary>Reads the few numbers of <c>/proc</c> that the process reports about itself; zero where a file is missing.</summary>
internal static class ProcFiles
{
    private const long KiB = 1024;

    /// <summary>The kernel's clock ticks a second: fixed at 100 for user space on every architecture that we run on.</summary>
    private const double TicksPerSecond = 100;

    /// <summary>A value of <c>/proc/self/status</c> that is given in kB, in bytes.</summary>
    public static double StatusBytes(string key) => StatusNumber(key) * KiB;

    public static double StatusNumber(string key)
    {
        foreach (string line in Lines("/proc/self/status"))
        {
            if (line.StartsWith(key, StringComparison.Ordinal))
            {
                string digits = line[key.Length..].Trim().Split(' ')[0];
                return double.TryParse(digits, CultureInfo.InvariantCulture, out double value) ? value : 0;
            }
        }
        return 0;
    }

    /// <summary>Field 22 of <c>/proc/self/stat</c> (ticks after boot) on top of the boot time.</summary>
    public static double StartTimeSeconds()
    {
        string stat = Lines("/proc/self/stat").FirstOrDefault() ?? "";
        // The command stands in brackets and may hold blanks; what follows the last bracket begins with field 3.
        string[] fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string boot = Lines("/proc/stat").FirstOrDefault(static line => line.StartsWith("btime ", StringComparison.Ordinal)) ?? "";
        return fields.Length > 19 && boot.Length > 0
            ? double.Parse(boot[6..], CultureInfo.InvariantCulture) + (double.Parse(fields[19], CultureInfo.InvariantCulture) / TicksPerSecond)
            : 0;
    }

    /// <summary>Bytes over all interfaces but loopback.</summary>
    public static (double Received, double Sent) NetworkBytes()
    {
        double received = 0;
        double sent = 0;
        foreach (string line in Lines("/proc/net/dev"))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0 || line.AsSpan(0, colon).Trim() is "lo")
            {
                continue;
            }
            string[] fields = line[(colon + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            received += double.Parse(fields[0], CultureInfo.InvariantCulture);
            sent += double.Parse(fields[8], CultureInfo.InvariantCulture);
        }
        return (received, sent);
    }

    private static string[] Lines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (IOException)
        {
            return [];
        }
    }
}
