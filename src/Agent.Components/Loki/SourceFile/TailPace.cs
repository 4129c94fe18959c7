namespace Agent.Components.Loki.SourceFile;

/// <summary>When a tail looks at its files again, whatever is reported: at once, soon, or, where events come, ever more seldom.</summary>
internal sealed class TailPace(TimeProvider time)
{
    private static readonly TimeSpan SoonAgain = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Rescan = TimeSpan.FromSeconds(10);

    // Events tell of everything but links on the way to the file, and file systems that have none, of which not all are known.
    private static readonly TimeSpan LongestUnproven = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestProven = TimeSpan.FromMinutes(5);

    private readonly PollPace _poll = new();
    private long _lastGrowth = time.GetTimestamp();
    private bool _isProven;

    /// <summary>True where the system does not report changes.</summary>
    public bool IsPolled => _poll.IsPolled;

    /// <summary>The next look, as a timestamp of the clock.</summary>
    public long Next(TailOptions options, in TurnResult turn)
    {
        long now = time.GetTimestamp();
        _lastGrowth = turn.HasGrown ? now : _lastGrowth;
        _isProven |= turn.WasReported;
        TimeSpan poll = _poll.Next(options, turn.HasGrown, turn.WasReported, turn.IsWatched);
        TimeSpan wait = turn.IsInTransition ? SoonAgain : IdleWait(options, turn, now);
        if (_poll.IsPolled && options.Compression is null && poll < wait)
        {
            wait = poll;
        }
        return now + (long)(wait.TotalSeconds * time.TimestampFrequency);
    }

    private TimeSpan IdleWait(TailOptions options, in TurnResult turn, long now)
    {
        TimeSpan shortest = options.LongestPoll > Rescan ? options.LongestPoll : Rescan;
        TimeSpan longest = turn.HasLeft || turn.IsLinked ? shortest : _isProven ? LongestProven : LongestUnproven;
        TimeSpan quiet = time.GetElapsedTime(_lastGrowth, now) / 2;
        return quiet < shortest ? shortest : quiet < longest ? quiet : longest < shortest ? shortest : longest;
    }
}

/// <summary>What a turn found.</summary>
/// <param name="HasGrown">A file has grown.</param>
/// <param name="WasReported">The system had said so.</param>
/// <param name="IsWatched">The system was asked to.</param>
internal readonly record struct TurnResult(bool HasGrown, bool WasReported, bool IsWatched)
{
    /// <summary>Something is about to change: a rotation, or a path that cannot be read.</summary>
    public bool IsInTransition { get; init; }

    /// <summary>A file is open that left the path.</summary>
    public bool HasLeft { get; init; }

    /// <summary>The path leads over links.</summary>
    public bool IsLinked { get; init; }
}
