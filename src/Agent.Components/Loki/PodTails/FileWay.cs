using System.Threading.Channels;

namespace Agent.Components.Loki.PodTails;

/// <summary>Reads a container's log from files, as they come to be written.</summary>
internal sealed class FileWay(PodTailServices services, TailDelivery delivery, ChannelReader<bool> wake)
{
    // Changes are reported where a folder is watched; a report can be lost, and not every file system makes them.
    private static readonly TimeSpan PollOfWatched = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(500);

    private volatile bool _isRetiring;

    /// <summary>Only what is there is to be read yet.</summary>
    public bool IsRetiring
    {
        set => _isRetiring = value;
    }

    public async Task ReadAsync(string folder, CancellationToken connection, CancellationToken stop)
    {
        bool isWatched = services.Watcher?.TryWatch(folder, out _) ?? false;
        try
        {
            using var log = new FileLog(services, delivery, stop);
            await log.ReadAsync(folder, atLeast => WaitAsync(atLeast, isWatched ? PollOfWatched : Poll, connection));
        }
        finally
        {
            if (isWatched)
            {
                services.Watcher!.Release(folder);
            }
        }
    }

    /// <returns>False where no more is to be waited for.</returns>
    private async Task<bool> WaitAsync(TimeSpan? atLeast, TimeSpan poll, CancellationToken connection)
    {
        if (_isRetiring)
        {
            return false;
        }
        if (atLeast is { } time)
        {
            await Task.Delay(time, services.Time, connection);
            return true;
        }
        using var limit = new CancellationTokenSource(poll, services.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(connection, limit.Token);
        try
        {
            await wake.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!connection.IsCancellationRequested)
        {
            // Nothing was reported: look all the same.
        }
        return !_isRetiring;
    }
}
