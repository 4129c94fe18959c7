using Agent.Components.Prometheus.ExporterUnix;

namespace Agent.Components.Prometheus.ExporterProcess;

/// <summary>What is read of each process.</summary>
/// <param name="Smaps">Its share of memory, which the kernel works out anew each time.</param>
/// <param name="ThreadCounts">What its threads use, one by one.</param>
/// <param name="PageSize">Bytes of a page of memory.</param>
internal readonly record struct ProcessReadOptions(bool Smaps, bool ThreadCounts, long PageSize);

/// <summary>Reads the numbers of one process.</summary>
internal sealed class ProcessReader(ProcFiles files, NameCache names, ProcessReadOptions options)
{
    private readonly ThreadReader _threads = new(files, names, options.ThreadCounts);

    /// <summary>Whether to read shares of memory, which are most of what a scrape costs.</summary>
    public bool ReadsSmaps { get; set; } = options.Smaps;

    /// <summary>Reads all there is.</summary>
    /// <param name="process">Where to put it.</param>
    /// <param name="stat">What has been read already.</param>
    /// <param name="isYoung">The process started since the last scrape: all that it has used so far counts.</param>
    /// <param name="isPartial">Something could not be read and stays as it was, or zero.</param>
    public ProcRead Read(TrackedProcess process, in ProcStat stat, bool isYoung, out bool isPartial)
    {
        var soft = new SoftErrors();
        isPartial = false;
        process.IsCurrent = false;
        ProcRead read = files.Read(process.Id, "status"u8, out ReadOnlySpan<byte> content);
        if (read != ProcRead.Done)
        {
            return read;
        }
        ProcStatus status = ProcText.Status(content);
        read = files.Read(process.Id, "limits"u8, out content);
        if (read != ProcRead.Done || ProcText.DescriptorLimit(content) is not { } limit)
        {
            return read == ProcRead.Done ? ProcRead.Failed : read;
        }
        process.DescriptorLimit = limit;
        process.Descriptors = soft.Add(files.CountDescriptors(process.Id, out long descriptors)) ? descriptors : -1;
        process.WaitChannel = soft.Add(files.Read(process.Id, "wchan"u8, out content)) ? ThreadReader.WaitChannelOf(content, names) : "";
        process.Memory = new ProcMemory
        {
            Resident = stat.ResidentPages * (ulong)options.PageSize,
            Virtual = stat.VirtualBytes,
            Swapped = status.SwapBytes,
        };
        if (ReadsSmaps && soft.Add(ReadSmaps(process.Id, out content)))
        {
            (process.Memory.ProportionalResident, process.Memory.ProportionalSwapped) = ProcText.ProportionalBytes(content);
        }
        bool hasIo = soft.Add(files.Read(process.Id, "io"u8, out content));
        (ulong Read, ulong Written) io = hasIo ? ProcText.Io(content) : default;
        if (soft.HasGone && !IsAlive(process.Id, stat))
        {
            return ProcRead.Gone;
        }
        read = _threads.Read(process, stat, status, hasIo, isYoung);
        if (read == ProcRead.Gone)
        {
            return ProcRead.Gone;
        }
        soft.Add(read);
        Count(process, stat, hasIo ? io : null, isYoung);
        isPartial = soft.Any;
        return ProcRead.Done;
    }

    private static void Count(TrackedProcess process, in ProcStat stat, (ulong Read, ulong Written)? io, bool isYoung)
    {
        var now = new ProcCounts
        {
            UserTicks = stat.UserTicks,
            SystemTicks = stat.SystemTicks,
            MajorFaults = stat.MajorFaults,
            MinorFaults = stat.MinorFaults,
            ReadBytes = io?.Read ?? process.Counts.ReadBytes,
            WrittenBytes = io?.Written ?? process.Counts.WrittenBytes,
        };
        // Context switches are those of its threads.
        ProcCounts switches = process.Growth;
        ProcCounts growth = process.Counts.Advance(now);
        process.Growth = process.HasCounts || isYoung ? growth : default;
        if (!process.HasIo && !isYoung)
        {
            (process.Growth.ReadBytes, process.Growth.WrittenBytes) = (0, 0);
        }
        process.Growth.VoluntarySwitches = switches.VoluntarySwitches;
        process.Growth.NonvoluntarySwitches = switches.NonvoluntarySwitches;
        process.ThreadCount = stat.Threads;
        process.HasCounts = true;
        process.HasIo |= io is not null;
        process.IsCurrent = true;
    }

    /// <summary>The sums that the kernel makes since 4.15, else the single mappings.</summary>
    private ProcRead ReadSmaps(int process, out ReadOnlySpan<byte> content)
    {
        ProcRead read = files.Read(process, "smaps_rollup"u8, out content);
        return read == ProcRead.Gone ? files.Read(process, "smaps"u8, out content) : read;
    }

    // A file that is not there is either one that this kernel lacks, or the process has ended meanwhile, which is no error.
    private bool IsAlive(int process, in ProcStat stat) =>
        files.Read(process, "stat"u8, out ReadOnlySpan<byte> content) == ProcRead.Done
        && ProcStat.TryParse(content, out ProcStat now, out _)
        && now.StartTicks == stat.StartTicks;

    /// <summary>Errors that leave the rest of a process readable.</summary>
    private record struct SoftErrors
    {
        public bool Any { get; private set; }

        public bool HasGone { get; private set; }

        public bool Add(ProcRead read)
        {
            Any |= read != ProcRead.Done;
            HasGone |= read == ProcRead.Gone;
            return read == ProcRead.Done;
        }
    }
}
