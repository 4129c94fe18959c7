using System.Threading.Channels;

namespace Agent.Components.Discovery.Consul;

/// <summary>What a watch saw; handed to the one loop that changes what is known.</summary>
internal abstract record ConsulNews
{
    /// <summary>The services that there are. Null where they cannot be asked for, for a reason.</summary>
    public sealed record Services(IReadOnlySet<string>? Names, string Problem) : ConsulNews;

    /// <summary>The instances of a service. Null where they cannot be asked for, for a reason.</summary>
    public sealed record Instances(string Service, List<ConsulEntry>? Entries, string Problem) : ConsulNews;
}

/// <summary>Asks for one thing again and again: each request waits at the server until there is something new.</summary>
internal sealed class ConsulWatch : IDisposable
{
    private static readonly TimeSpan RetryWait = TimeSpan.FromSeconds(15);

    private readonly CancellationTokenSource _stop;
    private readonly TimeProvider _time;
    private readonly TimeSpan _interval;
    private readonly ChannelWriter<ConsulNews> _news;

    /// <param name="news">Takes what is seen.</param>
    /// <param name="interval">From the start of one request to the start of the next at least.</param>
    /// <param name="time">The clock.</param>
    /// <param name="stop">Ends the watch.</param>
    public ConsulWatch(ChannelWriter<ConsulNews> news, TimeSpan interval, TimeProvider time, CancellationToken stop)
    {
        (_news, _interval, _time) = (news, interval, time);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(stop);
    }

    public Task Run { get; private set; } = Task.CompletedTask;

    public void Start<T>(
        Func<ulong, CancellationToken, Task<ConsulAnswer<T>>> ask, Func<T?, string, ConsulNews> tell)
        where T : class => Run = RunAsync(ask, tell);

    /// <summary>Returns once nothing more comes.</summary>
    public async Task EndAsync()
    {
        await _stop.CancelAsync();
        await Run;
    }

    public void Dispose() => _stop.Dispose();

    private async Task RunAsync<T>(Func<ulong, CancellationToken, Task<ConsulAnswer<T>>> ask, Func<T?, string, ConsulNews> tell)
        where T : class
    {
        CancellationToken stop = _stop.Token;
        ulong index = 0;
        try
        {
            while (true)
            {
                long started = _time.GetTimestamp();
                TimeSpan pause = _interval;
                try
                {
                    ConsulAnswer<T> answer = await ask(index, stop);
                    // The same index: the wait ended without news. A smaller one: the server began anew, and so does the watch.
                    bool isNew = index == 0 || answer.Index != index;
                    index = answer.Index < index ? 0 : answer.Index;
                    if (isNew)
                    {
                        await _news.WriteAsync(tell(answer.Value, ""), stop);
                    }
                    pause -= _time.GetElapsedTime(started);
                }
                catch (Exception exception) when (exception is HttpRequestException or IOException or InvalidDataException)
                {
                    // The next answer is news, whatever its index: it ends the failure.
                    index = 0;
                    pause = RetryWait;
                    await _news.WriteAsync(tell(null, exception.Message), stop);
                }
                await Task.Delay(pause > TimeSpan.Zero ? pause : TimeSpan.Zero, _time, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The ordinary end.
        }
    }
}
