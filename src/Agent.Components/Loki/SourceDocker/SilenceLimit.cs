using Agent.Components.Common;

namespace Agent.Components.Loki.SourceDocker;

/// <summary>Ends a connection on which nothing came for too long.</summary>
internal sealed class SilenceLimit : IDisposable
{
    private readonly TimeSpan _limit;
    private readonly ITimer? _timer;

    /// <param name="limit">Null for any time.</param>
    /// <param name="connection">Cancelled then.</param>
    /// <param name="time">The clock.</param>
    public SilenceLimit(TimeSpan? limit, CancellationTokenSource connection, TimeProvider time)
    {
        if (limit is { } given)
        {
            _limit = given;
            _timer = time.CreateTimer(_ => connection.CancelUnlessDisposed(), null, given, Timeout.InfiniteTimeSpan);
        }
    }

    public void Restart() => _timer?.Change(_limit, Timeout.InfiniteTimeSpan);

    /// <summary>Until it is restarted: nobody listens.</summary>
    public void Suspend() => _timer?.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    public void Dispose() => _timer?.Dispose();
}
