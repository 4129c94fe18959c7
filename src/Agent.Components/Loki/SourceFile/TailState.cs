namespace Agent.Components.Loki.SourceFile;

/// <summary>How a tail is doing, for health, metrics and the UI.</summary>
internal sealed record TailState
{
    /// <summary>Why the path cannot be read, or null.</summary>
    public string? Problem { get; init; }

    /// <summary>Since when, as a timestamp of the clock.</summary>
    public long ProblemSince { get; init; }

    /// <summary>What went wrong last, if only for a moment.</summary>
    public string LastError { get; init; } = "";

    public DateTimeOffset? LastErrorAt { get; init; }

    /// <summary>When something was last read; null before that.</summary>
    public DateTimeOffset? LastLineAt { get; init; }

    /// <summary>Something stood at the path before.</summary>
    public bool HasRead { get; init; }

    /// <summary>The system does not report changes.</summary>
    public bool IsPolled { get; init; }

    /// <summary>When to look again, whatever the system reports, as a timestamp of the clock.</summary>
    public long DueAt { get; init; }

    /// <summary>How far the file was read.</summary>
    public long ReadOffset { get; init; }

    /// <summary>How far it was delivered.</summary>
    public long DeliveredOffset { get; init; }

    /// <summary>Its size when last seen.</summary>
    public long Size { get; init; }

    /// <summary>Files it holds open: the one at the path, and those that stood there before.</summary>
    public int OpenFiles { get; init; }

    /// <summary>The file was closed because nothing was written to it for long.</summary>
    public bool IsParked { get; init; }
}
