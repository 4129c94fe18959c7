namespace Agent.Components.Prometheus.ExporterUnix.Mountstats;

/// <summary>Statistics of one NFS mount. <see cref="Index"/>: its place among all mounts.</summary>
internal sealed class NfsMount(int index, string device, string point)
{
    public const int ByteCounts = 8;
    public const int EventCounts = 27;

    public int Index { get; } = index;

    public string Device { get; } = device;

    public string Point { get; } = point;

    public double AgeSeconds { get; set; }

    public ulong[] Bytes { get; } = new ulong[ByteCounts];

    public ulong[] Events { get; } = new ulong[EventCounts];

    public List<NfsTransport> Transports { get; } = [];

    public List<NfsOperation> Operations { get; } = [];
}

/// <summary>A connection to the server. The counts stand as TCP has them; what another protocol lacks is 0.</summary>
internal sealed record NfsTransport(string Protocol, ulong[] Counts)
{
    /// <summary>port, bind, connect, connect idle, idle, sends, receives, bad ids, active, backlog, slots, sending, pending.</summary>
    public const int Length = 13;
}

/// <summary>Counts of one operation: requests, transmissions, timeouts, bytes sent, bytes received, milliseconds queued, answered, in all.</summary>
internal sealed record NfsOperation(string Name, ulong[] Counts)
{
    public const int Length = 8;
}
