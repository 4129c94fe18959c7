namespace Agent.Components.Prometheus.ExporterProcess;

/// <summary>All processes of one group: sums over those that run, and counts of all that ever ran.</summary>
internal sealed class ProcessGroup(string name)
{
    /// <summary>What the reference reports for a group without processes: the zero of Go's times.</summary>
    private const long NoStart = -62_135_596_800;

    public string Name { get; } = name;

    /// <summary>Grows with each process and stays when one ends.</summary>
    public ProcCounts Total;

    public ProcMemory Memory;

    public ThreadStates States;

    public int Processes { get; private set; }

    public ulong Threads { get; private set; }

    public long Descriptors { get; private set; }

    /// <summary>The largest share of its limit that a process has open.</summary>
    public double WorstDescriptorRatio { get; private set; }

    /// <summary>Start of the oldest process, in seconds since 1970.</summary>
    public long OldestStart { get; private set; }

    /// <summary>Threads by what they wait for.</summary>
    public SortedList<string, int> WaitChannels { get; } = new(StringComparer.Ordinal);

    /// <summary>Threads of processes that have several, by their name.</summary>
    public SortedList<string, ThreadGroup> ThreadGroups { get; } = new(StringComparer.Ordinal);

    /// <summary>Starts a scrape: only what grows stays.</summary>
    public void Begin()
    {
        Memory = default;
        States = default;
        Processes = 0;
        Threads = 0;
        Descriptors = 0;
        WorstDescriptorRatio = 0;
        OldestStart = NoStart;
        for (int i = 0; i < WaitChannels.Count; i++)
        {
            WaitChannels.SetValueAtIndex(i, 0);
        }
        foreach (ThreadGroup threads in ThreadGroups.Values)
        {
            threads.Count = 0;
        }
    }

    public void Add(TrackedProcess process)
    {
        OldestStart = Processes == 0 ? process.StartSeconds : Math.Min(OldestStart, process.StartSeconds);
        Processes++;
        Total.Add(process.Growth);
        Memory.Add(process.Memory);
        States.Add(process.States);
        Threads += process.ThreadCount;
        Descriptors += Math.Max(0, process.Descriptors);
        WorstDescriptorRatio = Math.Max(WorstDescriptorRatio, process.Descriptors / (double)process.DescriptorLimit);
        CountWaiting(process.WaitChannel);
        if (process.HasThreads)
        {
            foreach (TrackedThread thread in process.Threads.Values)
            {
                Add(thread);
            }
        }
    }

    /// <summary>Ends a scrape: names of threads and wait channels that nothing has any more are forgotten, for they may be any number.</summary>
    public void End()
    {
        for (int i = WaitChannels.Count - 1; i >= 0; i--)
        {
            if (WaitChannels.GetValueAtIndex(i) == 0)
            {
                WaitChannels.RemoveAt(i);
            }
        }
        for (int i = ThreadGroups.Count - 1; i >= 0; i--)
        {
            if (ThreadGroups.GetValueAtIndex(i).Count == 0)
            {
                ThreadGroups.RemoveAt(i);
            }
        }
    }

    private void Add(TrackedThread thread)
    {
        CountWaiting(thread.WaitChannel);
        if (!ThreadGroups.TryGetValue(thread.Name, out ThreadGroup? threads))
        {
            threads = new ThreadGroup();
            ThreadGroups.Add(thread.Name, threads);
        }
        threads.Count++;
        threads.Total.Add(thread.Growth);
    }

    private void CountWaiting(string channel)
    {
        if (channel.Length > 0)
        {
            WaitChannels[channel] = WaitChannels.GetValueOrDefault(channel) + 1;
        }
    }
}

/// <summary>Threads of one name in a group.</summary>
internal sealed class ThreadGroup
{
    public ProcCounts Total;

    public int Count { get; set; }
}
