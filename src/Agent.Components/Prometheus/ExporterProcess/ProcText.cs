using System.Buffers.Text;
using System.Text;
using Agent.Components.Prometheus.ExporterUnix;

namespace Agent.Components.Prometheus.ExporterProcess;

/// <summary>What <c>/proc/PID/status</c> says of a process or thread, as far as it is used.</summary>
internal readonly record struct ProcStatus(uint EffectiveUser, ulong SwapBytes, ulong VoluntarySwitches, ulong NonvoluntarySwitches);

/// <summary>Parses the smaller files of a process.</summary>
internal static class ProcText
{
    private const ulong Kilobyte = 1024;

    public static ProcStatus Status(ReadOnlySpan<byte> content)
    {
        ulong user = 0, swap = 0, voluntary = 0, nonvoluntary = 0;
        while (TextScan.TryLine(ref content, out ReadOnlySpan<byte> line))
        {
            if (line.StartsWith("Uid:"u8))
            {
                // Real, effective, saved, that of the file system.
                ReadOnlySpan<byte> users = line["Uid:".Length..];
                TextScan.TryField(ref users, out _);
                user = FirstNumber(users);
            }
            else if (line.StartsWith("VmSwap:"u8))
            {
                swap = FirstNumber(line["VmSwap:".Length..]) * Kilobyte;
            }
            else if (line.StartsWith("voluntary_ctxt_switches:"u8))
            {
                voluntary = FirstNumber(line["voluntary_ctxt_switches:".Length..]);
            }
            else if (line.StartsWith("nonvoluntary_ctxt_switches:"u8))
            {
                nonvoluntary = FirstNumber(line["nonvoluntary_ctxt_switches:".Length..]);
            }
        }
        return new ProcStatus((uint)user, swap, voluntary, nonvoluntary);
    }

    /// <summary>Bytes that a process really read from and wrote to storage, out of <c>io</c>.</summary>
    public static (ulong Read, ulong Written) Io(ReadOnlySpan<byte> content)
    {
        ulong read = 0, written = 0;
        while (TextScan.TryLine(ref content, out ReadOnlySpan<byte> line))
        {
            if (line.StartsWith("read_bytes:"u8))
            {
                read = FirstNumber(line["read_bytes:".Length..]);
            }
            else if (line.StartsWith("write_bytes:"u8))
            {
                written = FirstNumber(line["write_bytes:".Length..]);
            }
        }
        return (read, written);
    }

    /// <summary>The soft limit of open files out of <c>limits</c>; null where the file lacks it.</summary>
    public static ulong? DescriptorLimit(ReadOnlySpan<byte> content)
    {
        while (TextScan.TryLine(ref content, out ReadOnlySpan<byte> line))
        {
            if (line.StartsWith("Max open files"u8))
            {
                ReadOnlySpan<byte> limits = line["Max open files".Length..];
                return TextScan.TrimSpace(limits).StartsWith("unlimited"u8) ? ulong.MaxValue : FirstNumber(limits);
            }
        }
        return null;
    }

    /// <summary>The process's share of its memory and of its swap, in bytes, added up over <c>smaps_rollup</c> or <c>smaps</c>.</summary>
    public static (ulong Memory, ulong Swap) ProportionalBytes(ReadOnlySpan<byte> content)
    {
        ulong memory = 0, swap = 0;
        while (TextScan.TryLine(ref content, out ReadOnlySpan<byte> line))
        {
            if (line.StartsWith("Pss:"u8))
            {
                memory += FirstNumber(line["Pss:".Length..]) * Kilobyte;
            }
            else if (line.StartsWith("SwapPss:"u8))
            {
                swap += FirstNumber(line["SwapPss:".Length..]) * Kilobyte;
            }
        }
        return (memory, swap);
    }

    /// <summary>The paths of all groups that <c>cgroup</c> names: one with version 2, one for each controller with version 1.</summary>
    public static List<string> ControlGroups(ReadOnlySpan<byte> content)
    {
        var paths = new List<string>();
        while (TextScan.TryLine(ref content, out ReadOnlySpan<byte> line))
        {
            // number:controllers:path, and the path may hold colons.
            int first = line.IndexOf((byte)':');
            int second = first < 0 ? -1 : line[(first + 1)..].IndexOf((byte)':');
            if (second >= 0)
            {
                paths.Add(Encoding.UTF8.GetString(line[(first + second + 2)..]));
            }
        }
        return paths;
    }

    /// <summary>When the machine started, in seconds since 1970, out of <c>/proc/stat</c>.</summary>
    public static long? BootTime(ReadOnlySpan<byte> content)
    {
        while (TextScan.TryLine(ref content, out ReadOnlySpan<byte> line))
        {
            if (line.StartsWith("btime "u8))
            {
                return (long)FirstNumber(line["btime ".Length..]);
            }
        }
        return null;
    }

    private static ulong FirstNumber(ReadOnlySpan<byte> text) =>
        TextScan.TryField(ref text, out ReadOnlySpan<byte> field) && Utf8Parser.TryParse(field, out ulong number, out _) ? number : 0;
}
