namespace Agent.Components.Common.Delivery;

/// <summary>How long to wait before each retry: doubling from the shortest to the longest, with jitter, and never less than asked for.</summary>
/// <param name="shortest">The first wait.</param>
/// <param name="longest">The longest wait.</param>
/// <param name="believed">The longest wait that a server may ask for; the longest wait of all by default.</param>
internal sealed class RetrySchedule(TimeSpan shortest, TimeSpan longest, TimeSpan? believed = null)
{
    private double _next = Math.Max(1, shortest.TotalMilliseconds);

    /// <param name="asked">What the server asked for; more than is believed counts as that much.</param>
    public TimeSpan Next(TimeSpan? asked)
    {
        double limit = Math.Max(shortest.TotalMilliseconds, longest.TotalMilliseconds);
        double ceiling = Math.Min(_next, limit);
        _next = Math.Min(ceiling * 2, limit);
        // Between half and all of it: agents that failed together do not come back together.
        double wait = ceiling * (0.5 + (Random.Shared.NextDouble() / 2));
        double least = asked is { } given ? Math.Min(given.TotalMilliseconds, believed?.TotalMilliseconds ?? limit) : 0;
        // Agents that were asked to wait equally long come back over a tenth of that time.
        least *= 1 + (Random.Shared.NextDouble() / 10);
        return TimeSpan.FromMilliseconds(Math.Max(wait, least));
    }
}
