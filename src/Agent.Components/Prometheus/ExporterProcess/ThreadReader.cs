using Agent.Components.Prometheus.ExporterUnix;

namespace Agent.Components.Prometheus.ExporterProcess;

/// <summary>Reads the threads of one process: their states, what they wait for, their context switches, and what they use.</summary>
/// <remarks>
/// As in the reference, the first thread counts twice among the states and wait channels of a process that has several: once as the
/// process, once as a thread. Dashboards are built on these numbers.
/// </remarks>
internal sealed class ThreadReader(ProcFiles files, NameCache names, bool withCounts)
{
    private readonly List<int> _numbers = [];
    private long _scan;

    /// <summary>Reads them into the process; its context switches are left in its growth.</summary>
    /// <param name="process">The process.</param>
    /// <param name="stat">What has been read of it.</param>
    /// <param name="status">What has been read of it.</param>
    /// <param name="hasIo">Whether its `io` could be read; if not, those of its threads are not tried.</param>
    /// <param name="isYoung">The process started since the last scrape.</param>
    public ProcRead Read(TrackedProcess process, in ProcStat stat, in ProcStatus status, bool hasIo, bool isYoung)
    {
        _scan++;
        process.Growth = default;
        process.States = default;
        process.States.Count(stat.State);
        ProcRead read = ProcRead.Done;
        if (stat.Threads > 1)
        {
            read = files.ListThreads(process.Id, _numbers);
            if (read == ProcRead.Gone)
            {
                return read;
            }
        }
        process.HasThreads = stat.Threads > 1 && read == ProcRead.Done && _numbers.Count > 1;
        bool countNew = process.HasCounts || isYoung;
        if (process.HasThreads)
        {
            foreach (int number in _numbers)
            {
                ReadOne(process, number, hasIo && withCounts, countNew);
            }
        }
        else
        {
            TrackedThread only = Find(process, process.Id, stat.StartTicks, out bool isNew);
            CountSwitches(process, only, status, isNew && !countNew);
            only.HasCounts = false;
        }
        foreach ((int number, TrackedThread thread) in process.Threads)
        {
            if (thread.SeenIn != _scan)
            {
                process.Threads.Remove(number);
            }
        }
        return read;
    }

    public static string WaitChannelOf(ReadOnlySpan<byte> content, NameCache names) =>
        content.IsEmpty || content.SequenceEqual("0"u8) ? "" : names[content];

    // A thread that ends while it is read is no error.
    private void ReadOne(TrackedProcess process, int number, bool withIo, bool countNew)
    {
        if (files.Read(process.Id, number, "stat"u8, out ReadOnlySpan<byte> content) != ProcRead.Done
            || !ProcStat.TryParse(content, out ProcStat stat, out ReadOnlySpan<byte> name))
        {
            return;
        }
        string text = names[name];
        if (files.Read(process.Id, number, "status"u8, out content) != ProcRead.Done)
        {
            return;
        }
        ProcStatus status = ProcText.Status(content);
        TrackedThread thread = Find(process, number, stat.StartTicks, out bool isNew);
        thread.Name = text;
        thread.WaitChannel = files.Read(process.Id, number, "wchan"u8, out content) == ProcRead.Done ? WaitChannelOf(content, names) : "";
        process.States.Count(stat.State);
        CountSwitches(process, thread, status, isNew && !countNew);
        if (withCounts)
        {
            bool hasIo = withIo && files.Read(process.Id, number, "io"u8, out content) == ProcRead.Done;
            Count(thread, stat, hasIo ? ProcText.Io(content) : null);
        }
    }

    private static void Count(TrackedThread thread, in ProcStat stat, (ulong Read, ulong Written)? io)
    {
        ProcCounts now = thread.Counts with
        {
            UserTicks = stat.UserTicks,
            SystemTicks = stat.SystemTicks,
            MajorFaults = stat.MajorFaults,
            MinorFaults = stat.MinorFaults,
            ReadBytes = io?.Read ?? thread.Counts.ReadBytes,
            WrittenBytes = io?.Written ?? thread.Counts.WrittenBytes,
        };
        ProcCounts switches = thread.Growth;
        ProcCounts growth = thread.Counts.Advance(now);
        // What a thread used before it was first seen counts for the process only, as in the reference.
        thread.Growth = thread.HasCounts
            ? growth with { VoluntarySwitches = switches.VoluntarySwitches, NonvoluntarySwitches = switches.NonvoluntarySwitches }
            : default;
        if (!thread.HasIo)
        {
            (thread.Growth.ReadBytes, thread.Growth.WrittenBytes) = (0, 0);
        }
        thread.HasCounts = true;
        thread.HasIo |= io is not null;
    }

    private static void CountSwitches(TrackedProcess process, TrackedThread thread, in ProcStatus status, bool isOld)
    {
        ProcCounts now = thread.Counts with
        {
            VoluntarySwitches = status.VoluntarySwitches,
            NonvoluntarySwitches = status.NonvoluntarySwitches,
        };
        thread.Growth = thread.Counts.Advance(now);
        if (!isOld)
        {
            process.Growth.VoluntarySwitches += thread.Growth.VoluntarySwitches;
            process.Growth.NonvoluntarySwitches += thread.Growth.NonvoluntarySwitches;
        }
    }

    private TrackedThread Find(TrackedProcess process, int number, ulong startTicks, out bool isNew)
    {
        isNew = !process.Threads.TryGetValue(number, out TrackedThread? thread) || thread.StartTicks != startTicks;
        if (isNew)
        {
            thread = new TrackedThread(startTicks);
            process.Threads[number] = thread;
        }
        thread!.SeenIn = _scan;
        return thread;
    }
}
