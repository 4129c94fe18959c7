namespace Agent.Components.Prometheus.Scrape;

/// <summary>Counts what is under way, so that an end can wait for it. Safe for use by many threads.</summary>
internal sealed class ActiveWork
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // One more than what is under way until the end is asked for.
    private int _count = 1;

    public bool IsIdle => Volatile.Read(ref _count) <= 1;

    /// <summary>False where the end has come.</summary>
    public bool TryBegin()
    {
        while (true)
        {
            int count = Volatile.Read(ref _count);
            if (count == 0)
            {
                return false;
            }
            if (Interlocked.CompareExchange(ref _count, count + 1, count) == count)
            {
                return true;
            }
        }
    }

    public void End()
    {
        if (Interlocked.Decrement(ref _count) == 0)
        {
            _done.TrySetResult();
        }
    }

    /// <summary>To be asked once; completes when nothing is under way any more.</summary>
    public Task WhenDoneAsync()
    {
        End();
        return _done.Task;
    }
}
