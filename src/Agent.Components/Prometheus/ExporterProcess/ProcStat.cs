using System.Buffers.Text;
using Agent.Components.Prometheus.ExporterUnix;

namespace Agent.Components.Prometheus.ExporterProcess;

/// <summary>What <c>/proc/PID/stat</c> says of a process or thread.</summary>
/// <remarks>Times are in ticks of 10 ms, which Linux keeps for programs on every architecture that the agent runs on.</remarks>
internal readonly record struct ProcStat
{
    public const int TicksPerSecond = 100;

    private const int Fields = 22;

    /// <summary>One letter: R running, S sleeping, D waiting for a disk, Z zombie, and others.</summary>
    public byte State { get; init; }

    public int Parent { get; init; }

    public ulong MinorFaults { get; init; }

    public ulong MajorFaults { get; init; }

    public ulong UserTicks { get; init; }

    public ulong SystemTicks { get; init; }

    public ulong Threads { get; init; }

    /// <summary>When it started, since the machine did. With the number it names a process for good: numbers come back.</summary>
    public ulong StartTicks { get; init; }

    public ulong VirtualBytes { get; init; }

    public ulong ResidentPages { get; init; }

    /// <param name="content">The file.</param>
    /// <param name="stat">Its numbers.</param>
    /// <param name="name">The name between the parentheses, which may hold spaces and parentheses itself.</param>
    public static bool TryParse(ReadOnlySpan<byte> content, out ProcStat stat, out ReadOnlySpan<byte> name)
    {
        stat = default;
        name = default;
        int open = content.IndexOf((byte)'(');
        int close = content.LastIndexOf((byte)')');
        if (open < 0 || close < open)
        {
            return false;
        }
        name = content[(open + 1)..close];
        ReadOnlySpan<byte> rest = content[(close + 1)..];
        if (!TextScan.TryField(ref rest, out ReadOnlySpan<byte> state))
        {
            return false;
        }
        Span<long> numbers = stackalloc long[Fields];
        for (int i = 1; i < Fields; i++)
        {
            if (!TextScan.TryField(ref rest, out ReadOnlySpan<byte> field) || !Utf8Parser.TryParse(field, out numbers[i], out _))
            {
                return false;
            }
        }
        stat = new ProcStat
        {
            State = state[0],
            Parent = (int)numbers[1],
            MinorFaults = (ulong)numbers[7],
            MajorFaults = (ulong)numbers[9],
            UserTicks = (ulong)numbers[11],
            SystemTicks = (ulong)numbers[12],
            Threads = (ulong)numbers[17],
            StartTicks = (ulong)numbers[19],
            VirtualBytes = (ulong)numbers[20],
            ResidentPages = (ulong)Math.Max(0, numbers[21]),
        };
        return true;
    }
}
