namespace Agent.Components.Prometheus.ExporterProcess;

/// <summary>What only ever grows of a process, thread or group.</summary>
internal record struct ProcCounts
{
    public ulong UserTicks;
    public ulong SystemTicks;
    public ulong ReadBytes;
    public ulong WrittenBytes;
    public ulong MajorFaults;
    public ulong MinorFaults;
    public ulong VoluntarySwitches;
    public ulong NonvoluntarySwitches;

    public void Add(in ProcCounts more)
    {
        UserTicks += more.UserTicks;
        SystemTicks += more.SystemTicks;
        ReadBytes += more.ReadBytes;
        WrittenBytes += more.WrittenBytes;
        MajorFaults += more.MajorFaults;
        MinorFaults += more.MinorFaults;
        VoluntarySwitches += more.VoluntarySwitches;
        NonvoluntarySwitches += more.NonvoluntarySwitches;
    }

    /// <summary>Moves to what the kernel says now, and answers with what came on top.</summary>
    /// <remarks>Where its number went back, as its times now and then do by a little, this stays until it has caught up.</remarks>
    public ProcCounts Advance(in ProcCounts now) => new()
    {
        UserTicks = Raise(ref UserTicks, now.UserTicks),
        SystemTicks = Raise(ref SystemTicks, now.SystemTicks),
        ReadBytes = Raise(ref ReadBytes, now.ReadBytes),
        WrittenBytes = Raise(ref WrittenBytes, now.WrittenBytes),
        MajorFaults = Raise(ref MajorFaults, now.MajorFaults),
        MinorFaults = Raise(ref MinorFaults, now.MinorFaults),
        VoluntarySwitches = Raise(ref VoluntarySwitches, now.VoluntarySwitches),
        NonvoluntarySwitches = Raise(ref NonvoluntarySwitches, now.NonvoluntarySwitches),
    };

    private static ulong Raise(ref ulong value, ulong now)
    {
        ulong growth = now > value ? now - value : 0;
        value += growth;
        return growth;
    }
}

/// <summary>How many threads are in which state.</summary>
internal record struct ThreadStates
{
    public int Running;
    public int Sleeping;
    public int Waiting;
    public int Zombie;
    public int Other;

    /// <summary>Counts one thread by the letter that <c>stat</c> gives.</summary>
    public void Count(byte state)
    {
        switch (state)
        {
            case (byte)'R':
                Running++;
                break;
            case (byte)'S':
                Sleeping++;
                break;
            case (byte)'D':
                Waiting++;
                break;
            case (byte)'Z':
                Zombie++;
                break;
            default:
                Other++;
                break;
        }
    }

    public void Add(in ThreadStates more)
    {
        Running += more.Running;
        Sleeping += more.Sleeping;
        Waiting += more.Waiting;
        Zombie += more.Zombie;
        Other += more.Other;
    }
}

/// <summary>Memory of a process or group, in bytes.</summary>
internal record struct ProcMemory
{
    public ulong Resident;
    public ulong Virtual;
    public ulong Swapped;
    public ulong ProportionalResident;
    public ulong ProportionalSwapped;

    public void Add(in ProcMemory more)
    {
        Resident += more.Resident;
        Virtual += more.Virtual;
        Swapped += more.Swapped;
        ProportionalResident += more.ProportionalResident;
        ProportionalSwapped += more.ProportionalSwapped;
    }
}
