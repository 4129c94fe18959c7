namespace Agent.Kubernetes.Watching;

/// <summary>Cancels reads from a stream that has been silent for too long.</summary>
internal sealed class IdleLimit : IDisposable
{
    private readonly CancellationTokenSource _silent;
    private readonly CancellationTokenSource _either;
    private readonly CancellationToken _stop;
    private readonly TimeSpan _limit;

    public IdleLimit(TimeSpan limit, TimeProvider time, CancellationToken stop)
    {
        (_limit, _stop) = (limit, stop);
        _silent = new CancellationTokenSource(limit, time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(_silent.Token, stop);
    }

    public CancellationToken Token => _either.Token;

    /// <summary>Whether it was silence that ended the read, and not whoever stopped everything.</summary>
    public bool IsOver => _silent.IsCancellationRequested && !_stop.IsCancellationRequested;

    /// <summary>Something came.</summary>
    public void Restart() => _silent.CancelAfter(_limit);

    public void Dispose()
    {
        _either.Dispose();
        _silent.Dispose();
    }
}
