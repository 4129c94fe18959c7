namespace Agent.Components.Loki.SourceSyslog;

/// <summary>The fields of one message, as views into its bytes. A field that is missing or nil is empty.</summary>
internal ref struct SyslogMessage
{
    public const int None = -1;

    public SyslogMessage()
    {
    }

    /// <summary>Facility times 8 plus severity, or <see cref="None"/>.</summary>
    public int Priority { get; set; } = None;

    /// <summary>Version of the RFC 5424 header.</summary>
    public int Version { get; set; }

    public bool HasTimestamp { get; set; }

    /// <summary>Nanoseconds since the Unix epoch.</summary>
    public long Timestamp { get; set; }

    /// <summary>The timestamp as it was sent.</summary>
    public ReadOnlySpan<byte> TimestampText { get; set; }

    public ReadOnlySpan<byte> Hostname { get; set; }

    public ReadOnlySpan<byte> AppName { get; set; }

    public ReadOnlySpan<byte> ProcId { get; set; }

    public ReadOnlySpan<byte> MsgId { get; set; }

    /// <summary>All structured data elements with their brackets; well formed.</summary>
    public ReadOnlySpan<byte> StructuredData { get; set; }

    public ReadOnlySpan<byte> Text { get; set; }

    /// <summary>Cisco's count of messages sent to this receiver, or <see cref="None"/>.</summary>
    public long Counter { get; set; } = None;

    /// <summary>Cisco's count of all messages, or <see cref="None"/>.</summary>
    public long Sequence { get; set; } = None;
}

/// <summary>What a message lacks, and where.</summary>
/// <param name="Expected">Completes "expecting …"; constant text, so that bad input costs no memory.</param>
/// <param name="Column">Bytes before the place.</param>
internal readonly record struct SyslogError(string Expected, int Column)
{
    public override string ToString() => $"expecting {Expected} [col {Column}]";
}
