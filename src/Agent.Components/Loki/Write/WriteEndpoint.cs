using Agent.Sdk;
using Agent.Syntax.Values;
using Microsoft.Extensions.Logging;

namespace Agent.Components.Loki.Write;

/// <summary>One destination: its queues, the loops that send from them, its state.</summary>
internal sealed partial class WriteEndpoint : IDisposable
{
    /// <summary>Longest wait of a reload for a request that is under way.</summary>
    private static readonly TimeSpan RequestPatience = TimeSpan.FromSeconds(2);

    private readonly BatchQueue[] _queues;
    private readonly EndpointMetrics _metrics;
    private readonly ComponentContext _context;
    private readonly Action<Exception> _failed;
    private CancellationTokenSource? _stop;
    private CancellationTokenSource? _cut;
    private Task[] _senders = [];

    /// <param name="options">Where and how to send.</param>
    /// <param name="context">The component's.</param>
    /// <param name="stateChanged">Called when the endpoint falls ill or recovers.</param>
    /// <param name="failed">Called with an exception that nobody expected; the endpoint then sends no more until it is started again.</param>
    public WriteEndpoint(EndpointOptions options, ComponentContext context, Action stateChanged, Action<Exception> failed)
    {
        Options = options;
        _context = context;
        _failed = failed;
        Host = options.Url.Authority;
        State = new EndpointState(stateChanged);
        Pace = new CatchUpPace(context.Time, options.CatchUpRate.Bytes);
        _metrics = new EndpointMetrics(context.Metrics, Host);
        _metrics.Of(options.TenantId);
        _queues = new BatchQueue[options.Batching.Shards];
        for (int i = 0; i < _queues.Length; i++)
        {
            _queues[i] = new BatchQueue(options.QueueConfig.Capacity.Bytes);
        }
    }

    public EndpointOptions Options { get; }

    public string Host { get; }

    public EndpointState State { get; }

    public CatchUpPace Pace { get; }

    /// <summary>What a changed endpoint shares with its former self, so that it takes over what waited.</summary>
    public string Identity => Options.Name.Length > 0 ? Options.Name : Options.Url.AbsoluteUri;

    public BatchQueue QueueOf(EncodedBatch batch) => _queues[batch.Contents.Shard % _queues.Length];

    /// <summary>Takes a batch, or drops and counts it where the queue is full and nobody is to wait.</summary>
    /// <returns>Null when that is done, else a task that completes when there may be room.</returns>
    public Task? Offer(EncodedBatch batch)
    {
        Task? room = QueueOf(batch).TryEnqueue(batch);
        if (room is not null && !Options.QueueConfig.BlockOnOverflow)
        {
            CountDropped(batch.Contents.Tenant, DropReason.QueueIsFull, batch.Contents.Entries, batch.Contents.LineBytes);
            batch.Finish(settled: true);
            return null;
        }
        return room;
    }

    /// <param name="tenant">The tenant that the entries name; empty for the endpoint's own.</param>
    public void CountDropped(string tenant, string reason, long entries, long bytes) =>
        _metrics.Of(TenantOf(tenant)).Drop(reason, entries, bytes);

    public string TenantOf(string named) => named.Length > 0 ? named : Options.TenantId;

    /// <summary>Starts to send; called again after <see cref="StopAsync"/> it goes on.</summary>
    public void Start()
    {
        _stop = new CancellationTokenSource();
        _cut = new CancellationTokenSource();
        var client = new PushClient(Options, _context.Time, _cut.Token);
        var sender = new EndpointSender(this, client, _metrics, _context);
        _senders = new Task[_queues.Length];
        for (int i = 0; i < _queues.Length; i++)
        {
            _queues[i].End(false);
            BatchQueue queue = _queues[i];
            CancellationToken stop = _stop.Token;
            _senders[i] = Task.Run(() => sender.RunAsync(queue, stop), CancellationToken.None);
        }
        _ = WatchAsync(client, _senders, _failed);
    }

    /// <summary>Sends what waits for as long as <paramref name="drain"/>, then stops. What is left stays in the queues.</summary>
    /// <param name="drain">Time to send what waits.</param>
    /// <param name="patience">Time after that for a request that is under way.</param>
    public async Task StopAsync(TimeSpan drain, TimeSpan patience = default)
    {
        if (_stop is null || _cut is null)
        {
            return;
        }
        foreach (BatchQueue queue in _queues)
        {
            queue.End(true);
        }
        Task all = Task.WhenAll(_senders);
        try
        {
            if (drain > TimeSpan.Zero)
            {
                await Task.WhenAny(all).WaitAsync(drain, _context.Time);
            }
        }
        catch (TimeoutException)
        {
            LogNotDrained(_context.Logger, Host, _queues.Sum(static queue => queue.Count));
        }
        await _stop.CancelAsync();
        await all.WaitAsync(patience, _context.Time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _cut.CancelAsync();
        await all.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
        _cut.Dispose();
        (_stop, _cut, _senders) = (null, null, []);
    }

    /// <summary>Stops and gives what waits to the endpoint that takes this one's place.</summary>
    public async Task HandOverAsync(WriteEndpoint successor)
    {
        // The batch of a request that is cut off may have arrived, and would come twice. An endpoint that is ill is not waited for.
        await StopAsync(TimeSpan.Zero, State.IsIll ? TimeSpan.Zero : RequestPatience);
        foreach (BatchQueue queue in _queues)
        {
            while (queue.Dequeue() is { } batch)
            {
                successor.QueueOf(batch).Enqueue(batch);
            }
            queue.WakeWaiters();
        }
    }

    /// <summary>Sends what waits, then drops and counts the rest: the configuration names no place for it any more.</summary>
    public async Task RetireAsync()
    {
        foreach (BatchQueue queue in _queues)
        {
            queue.WakeWaiters();
        }
        await StopAsync(Options.QueueConfig.DrainTimeout);
        Empty(batch =>
        {
            CountDropped(batch.Contents.Tenant, DropReason.IngesterError, batch.Contents.Entries, batch.Length);
            LogDroppedWithEndpoint(_context.Logger, Host, batch.Contents.Entries);
            batch.Finish(settled: true);
        });
    }

    /// <summary>Gives the memory of what waits back and leaves its receipts open: sources that can will send it again.</summary>
    public void Abandon() => Empty(static batch => batch.Finish(settled: false));

    public void Dispose()
    {
        _stop?.Dispose();
        _cut?.Dispose();
    }

    public Value DebugState()
    {
        (long sentBytes, long sentEntries, long droppedEntries, long retries) = _metrics.Totals();
        return new MapValue(new Dictionary<string, Value>(StringComparer.Ordinal)
        {
            ["name"] = Value.Of(Options.Name),
            ["host"] = Value.Of(Host),
            ["healthy"] = Value.Of(!State.IsIll),
            ["last_status"] = Value.Of((long)State.LastStatus),
            ["last_error"] = Value.Of(State.LastError),
            ["last_error_time"] = Value.Of(State.LastErrorTime?.ToString("O") ?? ""),
            ["queued_bytes"] = Value.Of(_queues.Sum(static queue => queue.Bytes)),
            ["queued_batches"] = Value.Of((long)_queues.Sum(static queue => queue.Count)),
            ["sent_bytes"] = Value.Of(sentBytes),
            ["sent_entries"] = Value.Of(sentEntries),
            ["dropped_entries"] = Value.Of(droppedEntries),
            ["retries"] = Value.Of(retries),
        });
    }

    private void Empty(Action<EncodedBatch> finish)
    {
        foreach (BatchQueue queue in _queues)
        {
            while (queue.Dequeue() is { } batch)
            {
                finish(batch);
            }
            queue.WakeWaiters();
        }
    }

    private static async Task WatchAsync(PushClient client, Task[] senders, Action<Exception> failed)
    {
        foreach (Task sender in senders)
        {
            _ = sender.ContinueWith(
                task => failed(task.Exception!.GetBaseException()), CancellationToken.None,
                TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        }
        await Task.WhenAll(senders).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        client.Dispose();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "endpoint {Host} did not take all that waited in time, {Batches} batches are left")]
    private static partial void LogNotDrained(ILogger logger, string host, int batches);

    [LoggerMessage(Level = LogLevel.Error, Message = "dropped {Entries} entries that waited for endpoint {Host}: it is no longer configured")]
    private static partial void LogDroppedWithEndpoint(ILogger logger, string host, int entries);
}
