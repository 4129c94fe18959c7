using System.Threading.Channels;

namespace Agent.Components.Prometheus.Exporter;

/// <summary>Lets scrapes of one exporter run one after the other, on the thread pool. Who waits may give up at any time.</summary>
/// <remarks>Work that was given up runs to its end and holds its turn so long: what it works with is never used by two at once.</remarks>
internal sealed class ExporterTurn
{
    // Full while somebody has the turn. A semaphore would have to be disposed of, by the last of those who give up.
    private readonly Channel<bool> _turn = Channel.CreateBounded<bool>(1);
    private volatile bool _isClosed;

    /// <summary>False, with nothing done, where the exporter was closed.</summary>
    /// <param name="work">Collects, synchronously and for as long as it takes.</param>
    /// <param name="publish">Hands on what was collected; not called once <paramref name="stop"/> has been cancelled.</param>
    /// <param name="stop">Gives up.</param>
    public async Task<bool> TryRunAsync(Action work, Action publish, CancellationToken stop)
    {
        await _turn.Writer.WriteAsync(true, stop);
        if (_isClosed)
        {
            Release();
            return false;
        }
        Task running = Task.Run(work, CancellationToken.None);
        try
        {
            await running.WaitAsync(stop);
            publish();
            return true;
        }
        finally
        {
            if (running.IsCompleted)
            {
                Release();
            }
            else
            {
                _ = ReleaseAfterAsync(running);
            }
        }
    }

    /// <summary>Ends the exporter: once its work in progress is over, <paramref name="resource"/> is disposed of.</summary>
    public async Task CloseAsync(IDisposable resource)
    {
        _isClosed = true;
        await _turn.Writer.WriteAsync(true);
        try
        {
            resource.Dispose();
        }
        finally
        {
            Release();
        }
    }

    private async Task ReleaseAfterAsync(Task running)
    {
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Release();
    }

    private void Release() => _turn.Reader.TryRead(out _);
}
