using System.Globalization;

namespace Agent.Components.Loki.SourceDocker;

/// <summary>How far one output of a container was read.</summary>
/// <param name="Timestamp">Of the last line: nanoseconds since 1970; 0 before the first one.</param>
/// <param name="Count">Lines in a row that have this timestamp: a container writes several within one tick of the clock.</param>
internal readonly record struct StreamPosition(long Timestamp, int Count)
{
    public StreamPosition After(long timestamp) => timestamp == Timestamp ? this with { Count = Count + 1 } : new StreamPosition(timestamp, 1);
}

/// <summary>How far a container was read. Its two outputs have their own clocks: lines of one may stand before older ones of the other.</summary>
internal readonly record struct DockerPosition(StreamPosition Output, StreamPosition Error)
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    // Far longer than what lies between the moment a line gets its time and the moment it is in the log.
    private const long LongestDisorder = 2 * NanosecondsPerSecond;

    /// <summary>The time from which the daemon has to send again; what was delivered since is left out here.</summary>
    public string Since
    {
        get
        {
            long latest = Math.Max(Output.Timestamp, Error.Timestamp);
            long earliest = Math.Min(Output.Timestamp, Error.Timestamp);
            long since = Math.Max(0, Math.Max(earliest, latest - LongestDisorder));
            return since == 0 ? "0" : string.Create(CultureInfo.InvariantCulture, $"{since / NanosecondsPerSecond}.{since % NanosecondsPerSecond:D9}");
        }
    }
}

/// <summary>Tells lines that the daemon sends again from new ones, on one output of one connection.</summary>
internal struct Replay(StreamPosition delivered)
{
    private bool _isOver = delivered.Timestamp == 0;
    private int _seen;

    public bool IsKnown(long timestamp)
    {
        if (_isOver)
        {
            return false;
        }
        if (timestamp < delivered.Timestamp)
        {
            return true;
        }
        if (timestamp == delivered.Timestamp && _seen < delivered.Count)
        {
            _seen++;
            return true;
        }
        _isOver = true;
        return false;
    }
}
