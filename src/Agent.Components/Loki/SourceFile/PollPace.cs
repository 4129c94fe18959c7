namespace Agent.Components.Loki.SourceFile;

/// <summary>Whether a path has to be polled, and how often: ever less while nothing happens.</summary>
internal sealed class PollPace
{
    // Growth can be seen just before it is reported; more than twice in a row it is no accident.
    private const int UnreportedLimit = 2;

    private TimeSpan _pause;
    private int _unreported;
    private bool _isSilent;

    /// <summary>True where the system does not report changes: no watch was to be had, or the file system, such as NFS, has no events.</summary>
    public bool IsPolled { get; private set; }

    /// <summary>The pause before the next look.</summary>
    public TimeSpan Next(TailOptions options, bool hasGrown, bool wasReported, bool isWatched)
    {
        if (wasReported)
        {
            _unreported = 0;
        }
        else if (hasGrown && isWatched)
        {
            _unreported++;
        }
        _isSilent |= _unreported > UnreportedLimit;
        IsPolled = !isWatched || _isSilent;
        TimeSpan longer = _pause * 2 < options.LongestPoll ? _pause * 2 : options.LongestPoll;
        _pause = hasGrown || _pause == TimeSpan.Zero ? options.ShortestPoll : longer;
        return _pause;
    }
}
