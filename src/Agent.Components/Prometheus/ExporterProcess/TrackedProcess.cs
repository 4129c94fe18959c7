namespace Agent.Components.Prometheus.ExporterProcess;

/// <summary>A process whose numbers count for a group, as last read.</summary>
internal sealed class TrackedProcess(int id, string group, long startSeconds)
{
    public int Id { get; } = id;

    /// <summary>Name of the group. A process stays in it, whatever it calls itself later.</summary>
    public string Group { get; } = group;

    /// <summary>When it started, in seconds since 1970.</summary>
    public long StartSeconds { get; } = startSeconds;

    /// <summary>Whether the last scrape could read it.</summary>
    public bool IsCurrent { get; set; }

    /// <summary>Whether it was read before, so that what came on top is known.</summary>
    public bool HasCounts { get; set; }

    /// <summary>Whether bytes read and written were known before.</summary>
    public bool HasIo { get; set; }

    /// <summary>What came on top in the last scrape.</summary>
    public ProcCounts Growth;

    /// <summary>What the kernel said in the last scrape.</summary>
    public ProcCounts Counts;

    public ProcMemory Memory;

    public ThreadStates States;

    /// <summary>Open file descriptors; -1 where the agent may not look.</summary>
    public long Descriptors { get; set; }

    public ulong DescriptorLimit { get; set; }

    public ulong ThreadCount { get; set; }

    /// <summary>Where in the kernel the process waits; empty where it does not.</summary>
    public string WaitChannel { get; set; } = "";

    /// <summary>Its threads by number. One that has no others is here too, for its context switches.</summary>
    public Dictionary<int, TrackedThread> Threads { get; } = [];

    /// <summary>Whether threads are reported: only those of processes that have several.</summary>
    public bool HasThreads { get; set; }
}

/// <summary>A thread of a tracked process, as last read.</summary>
internal sealed class TrackedThread(ulong startTicks)
{
    public ulong StartTicks { get; } = startTicks;

    public string Name { get; set; } = "";

    public string WaitChannel { get; set; } = "";

    public bool HasCounts { get; set; }

    public bool HasIo { get; set; }

    /// <summary>What came on top in the last scrape.</summary>
    public ProcCounts Growth;

    /// <summary>What the kernel said in the last scrape.</summary>
    public ProcCounts Counts;

    /// <summary>The scrape that saw it last.</summary>
    public long SeenIn { get; set; }
}
