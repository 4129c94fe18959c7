namespace Agent.Kubernetes.Watching;

/// <summary>How long to wait after failures in a row: up to a second after the first, then 1 s to 30 s, doubled and spread.</summary>
internal sealed class RetryPace(Func<double> jitter)
{
    private const int MostDoublings = 5;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    /// <summary>A server that asks for more than this is asked again all the same.</summary>
    private static readonly TimeSpan LongestAsked = TimeSpan.FromMinutes(1);

    public int Failures { get; private set; }

    public void Reset() => Failures = 0;

    /// <param name="asked">What the server asked for, if it did.</param>
    public TimeSpan Next(TimeSpan? asked = null)
    {
        double seconds = Failures == 0
            ? jitter()
            : Math.Min(Longest.TotalSeconds, Math.Pow(2, Math.Min(Failures - 1, MostDoublings)) * (0.75 + (jitter() / 2)));
        Failures++;
        var delay = TimeSpan.FromSeconds(seconds);
        TimeSpan least = asked is null ? TimeSpan.Zero : asked.Value < LongestAsked ? asked.Value : LongestAsked;
        return delay > least ? delay : least;
    }
}
