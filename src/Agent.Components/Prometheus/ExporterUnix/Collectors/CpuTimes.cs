using System.Runtime.CompilerServices;

namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Seconds that one CPU spent in each mode since boot: user, nice, system, idle, iowait, irq, softirq, steal, guest, guest_nice.</summary>
[InlineArray(Count)]
internal struct CpuTimes
{
    public const int Count = 10;
    private const int Idle = 3;

    // The kernel counts in USER_HZ, which is 100 on every architecture in use.
    private const double TicksPerSecond = 100;

    // A CPU that was unplugged starts over; less than this is the kernel's own inaccuracy.
    private const double HotplugSeconds = 3;

    private double _first;

    /// <summary>Reads the columns of a "cpu" line of /proc/stat, behind its name. Old kernels have fewer.</summary>
    public static CpuTimes Parse(ReadOnlySpan<byte> columns)
    {
        var times = new CpuTimes();
        for (int i = 0; i < Count && TextScan.TryField(ref columns, out ReadOnlySpan<byte> field); i++)
        {
            times[i] = TextScan.Number(field, "/proc/stat") / TicksPerSecond;
        }
        return times;
    }

    /// <summary>What to report now: counters never run backwards, except where the CPU was replaced.</summary>
    public readonly CpuTimes Advance(CpuTimes current)
    {
        if (this[Idle] - current[Idle] >= HotplugSeconds)
        {
            return current;
        }
        var merged = new CpuTimes();
        for (int i = 0; i < Count; i++)
        {
            merged[i] = Math.Max(this[i], current[i]);
        }
        return merged;
    }
}
