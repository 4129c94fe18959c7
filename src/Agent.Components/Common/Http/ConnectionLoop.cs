namespace Agent.Components.Common.Http;

/// <summary>Reads over one connection after the other, with a wait between them, until it is retired or the component ends.</summary>
/// <param name="time">The clock.</param>
/// <param name="isHandingOn">True while a consumer is at work: what it cancels or disposes of is its own fault, and fails the loop.</param>
internal sealed class ConnectionLoop(TimeProvider time, Func<bool> isHandingOn) : IDisposable
{
    private readonly CancellationTokenSource _retired = new(Timeout.InfiniteTimeSpan, time);
    private volatile CancellationTokenSource? _connection;

    /// <summary>Reads over one connection.</summary>
    /// <param name="connection">Ends it.</param>
    /// <param name="stop">Ends the component.</param>
    /// <returns>How long to wait before the next one; null for none.</returns>
    public delegate Task<TimeSpan?> Turn(CancellationTokenSource connection, CancellationToken stop);

    /// <summary>Ends with the last turn; fails as it does.</summary>
    public Task Run { get; private set; } = Task.CompletedTask;

    /// <param name="turn">Called again and again.</param>
    /// <param name="ended">Called once <see cref="Run"/> has ended.</param>
    /// <param name="stop">Ends the component.</param>
    public void Start(Turn turn, Action ended, CancellationToken stop)
    {
        Run = Task.Run(() => RunAsync(turn, stop), CancellationToken.None);
        // Only once it has ended: who is told looks whether it has.
        _ = Run.ContinueWith(_ => ended(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>Ends the connection, or the wait for the next one, which begins at once.</summary>
    public void Reconnect() => _connection?.CancelUnlessDisposed();

    /// <summary>Ends connection and loop.</summary>
    public void Retire() => _retired.CancelUnlessDisposed();

    /// <summary>Ends connection and loop in a while.</summary>
    public void Retire(TimeSpan patience) => _retired.CancelAfter(patience);

    public void Dispose() => _retired.Dispose();

    private async Task RunAsync(Turn turn, CancellationToken stop)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, _retired.Token);
        try
        {
            while (!either.IsCancellationRequested)
            {
                using var connection = CancellationTokenSource.CreateLinkedTokenSource(either.Token);
                _connection = connection;
                try
                {
                    if (await turn(connection, stop) is not { } wait)
                    {
                        return;
                    }
                    await Task.Delay(wait, time, connection.Token);
                }
                catch (Exception exception) when (
                    (exception is OperationCanceledException or ObjectDisposedException) && !isHandingOn()
                    && connection.IsCancellationRequested && !either.IsCancellationRequested)
                {
                    // Somebody wants another one, or it was silent for too long.
                }
            }
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            // The ordinary end.
        }
    }
}
