namespace Agent.EndToEnd.Torture.Modules;

/// <summary>Appends numbered messages to a few files, named after their sources, without end.</summary>
/// <param name="pathOf">The file of a source by its name.</param>
/// <param name="files">How many.</param>
internal sealed class NumberedFiles(Func<string, string> pathOf, int files) : IAsyncDisposable
{
    private const int LinesPerTick = 10;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(25);
    private readonly CancellationTokenSource _stop = new();
    private readonly int[] _written = new int[files];
    private Task _writing = Task.CompletedTask;

    public int[] Written => [.. _written];

    public long Total => _written.Sum(static count => (long)count);

    public void Start() => _writing = Task.Run(async () =>
    {
        byte[] buffer = new byte[LinesPerTick * (NumberedMessage.MostBytes + 1)];
        FileStream[] open = [.. Enumerable.Range(0, files).Select(source => new FileStream(pathOf(NumberedMessage.NameOf(source)), FileMode.Append))];
        while (!_stop.IsCancellationRequested)
        {
            for (int source = 0; source < files; source++)
            {
                open[source].Write(buffer, 0, Fill(buffer, source, _written[source]));
                open[source].Flush();
                Volatile.Write(ref _written[source], _written[source] + LinesPerTick);
            }
            await Task.Delay(Tick, TimeProvider.System, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        Array.ForEach(open, static file => file.Dispose());
    });

    /// <summary>Fails where writing has failed.</summary>
    public Task CheckAsync() => _writing.IsFaulted ? _writing : Task.CompletedTask;

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _writing;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private static int Fill(byte[] buffer, int source, int first)
    {
        int at = 0;
        for (int i = 0; i < LinesPerTick; i++)
        {
            at += NumberedMessage.Write(buffer.AsSpan(at), source, first + i);
            buffer[at++] = (byte)'\n';
        }
        return at;
    }
}
