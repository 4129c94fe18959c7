namespace Agent.Components.Loki.PodTails;

/// <summary>Where a tail stands after a batch.</summary>
/// <param name="Lines">Lines that it has read since it began.</param>
/// <param name="Last">The time of the last line, or of an earlier one that is not complete yet; nanoseconds since 1970, 0 before the first one.</param>
internal readonly record struct LineMark(long Lines, long Last);

/// <summary>A line that was read: its time, and <see cref="LineHash"/>.</summary>
internal readonly record struct KnownLine(long Timestamp, ulong Hash);

/// <summary>How far a container was delivered.</summary>
/// <param name="Restarts">Restarts of the container so far: what was last read is of the run after the last of them. -1 where that is not known.</param>
/// <param name="Last">As in <see cref="LineMark"/>.</param>
/// <param name="Floor">What is older was never to be read, or was read by another agent.</param>
/// <param name="Known">The lines that were delivered and are sent again by whoever is asked from <see cref="Since"/> on.</param>
internal sealed record PodPosition(int Restarts, long Last, long Floor, IReadOnlyList<KnownLine> Known)
{
    public static PodPosition None { get; } = new(-1, 0, 0, []);

    public bool IsNone => Last == 0 && Floor == 0;

    /// <summary>By what they say: the lines are compared one by one.</summary>
    public bool Equals(PodPosition? other) =>
        other is not null && (Restarts, Last, Floor) == (other.Restarts, other.Last, other.Floor) && Known.SequenceEqual(other.Known);

    public override int GetHashCode() => HashCode.Combine(Restarts, Last, Floor, Known.Count);

    public long Since => SinceOf(Last, Floor);

    /// <summary>From when on to ask, so that no line is missed: the API takes whole seconds, and times are not in order.</summary>
    public static long SinceOf(long last, long floor)
    {
        long since = Math.Max(floor, last - PodLimits.LongestDisorder);
        return since <= 0 ? 0 : since - (since % PodLimits.NanosecondsPerSecond);
    }
}
