using Agent.Sdk;
using Agent.Storage.Queues;
using Agent.Syntax.Values;
using Microsoft.Extensions.Logging;

namespace Agent.Components.Loki.Write;

/// <summary>What the endpoints of a writer share.</summary>
/// <param name="Context">The component's.</param>
/// <param name="Queue">Where batches wait.</param>
/// <param name="StateChanged">Called when an endpoint falls ill or recovers.</param>
/// <param name="Failed">Called with an exception that nobody expected; the endpoint then sends no more until it is started again.</param>
internal sealed record EndpointServices(ComponentContext Context, DeliveryQueue Queue, Action StateChanged, Action<Exception> Failed);

/// <summary>One destination: its place in the queue, the loops that send from there, its state.</summary>
internal sealed partial class WriteEndpoint : IDisposable
{
    /// <summary>Longest wait of a reload for a request that is under way.</summary>
    private static readonly TimeSpan RequestPatience = TimeSpan.FromSeconds(2);

    private readonly EndpointServices _services;
    private readonly EndpointMetrics _metrics;
    private readonly ComponentContext _context;
    private CancellationTokenSource? _stop;
    private CancellationTokenSource? _cut;
    private TaskCompletionSource _ill = new();
    private Task[] _senders = [];
    private long _oldest;

    /// <param name="options">Where and how to send.</param>
    /// <param name="services">What the endpoints of a writer share.</param>
    public WriteEndpoint(EndpointOptions options, EndpointServices services)
    {
        Options = options;
        _services = services;
        _context = services.Context;
        Host = options.Url.Authority;
        State = new EndpointState(OnStateChanged);
        Pace = new CatchUpPace(_context.Time, options.CatchUpRate.Bytes);
        _metrics = new EndpointMetrics(_context.Metrics, Host);
        _metrics.Of(options.TenantId);
        Key = Identity;
        (string, string)[] labels = [("host", Host), ("endpoint", options.Name)];
        _context.Metrics.ObservedGauge(
            "loki_write_queue_memory_bytes", "Bytes of batches that wait in memory.", () => MemoryBytes, labels);
        _context.Metrics.ObservedGauge(
            "loki_write_oldest_unsent_seconds", "Age of the oldest entry that is not delivered.", () => OldestUnsent.TotalSeconds, labels);
        _context.Metrics.ObservedGauge(
            "loki_write_endpoint_up", "1 while the endpoint takes what is sent, 0 after several failures in a row.",
            () => State.IsIll ? 0 : 1, labels);
    }

    public EndpointOptions Options { get; }

    public string Host { get; }

    public EndpointState State { get; }

    public CatchUpPace Pace { get; }

    /// <summary>What a changed endpoint shares with its former self, so that it takes over what waited.</summary>
    public string Identity => Options.Name.Length > 0 ? Options.Name : Options.Url.AbsoluteUri;

    /// <summary>The identity, made unique among the endpoints of the writer; set before it is opened.</summary>
    public string Key { get; set; }

    /// <summary>One for each shard, once it is opened.</summary>
    public QueueReader[] Readers { get; private set; } = [];

    public long MemoryBytes => Readers.Sum(static reader => reader.MemoryBytes);

    /// <summary>Age of the oldest entry that is not delivered; zero where nothing waits.</summary>
    public TimeSpan OldestUnsent
    {
        get
        {
            long oldest = Interlocked.Read(ref _oldest);
            TimeSpan age = _context.Time.GetUtcNow() - new DateTimeOffset(oldest, TimeSpan.Zero);
            return oldest == 0 || age < TimeSpan.Zero ? TimeSpan.Zero : age;
        }
    }

    public QueueReader ReaderOf(EncodedBatch batch) => Readers[batch.Contents.Shard % Readers.Length];

    /// <summary>A sender works on entries of that age; null when it has finished with them.</summary>
    public void NoteOldest(DateTimeOffset? arrival) => Interlocked.Exchange(ref _oldest, arrival?.UtcTicks ?? 0);

    /// <param name="tenant">The tenant that the entries name; empty for the endpoint's own.</param>
    public void CountDropped(string tenant, string reason, long entries, long bytes) =>
        _metrics.Of(TenantOf(tenant)).Drop(reason, entries, bytes);

    public string TenantOf(string named) => named.Length > 0 ? named : Options.TenantId;

    /// <summary>Takes its place in the queue, with what an earlier run left for it.</summary>
    public void Open() => Readers = _services.Queue.Open(this);

    /// <summary>Starts to send; called again after <see cref="StopAsync"/> it goes on.</summary>
    public void Start()
    {
        _stop = new CancellationTokenSource();
        _cut = new CancellationTokenSource();
        _ill = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var client = new PushClient(Options, _context.Time, _cut.Token);
        var sender = new EndpointSender(this, client, _metrics, _services);
        if (Readers.Any(static reader => reader.HasBacklog))
        {
            Pace.Begin();
        }
        CancellationToken stop = _stop.Token;
        _senders = [.. Readers.Select(reader =>
        {
            reader.End(false);
            return Task.Run(() => sender.RunAsync(reader, stop), CancellationToken.None);
        })];
        _ = WatchAsync(client, _senders, _services.Failed);
    }

    /// <summary>
    /// Sends what waits for as long as <paramref name="drain"/> and as the endpoint takes it, then stops. What is left stays in the
    /// queue.
    /// </summary>
    /// <param name="drain">Time to send what waits.</param>
    /// <param name="patience">Time after that for a request that is under way.</param>
    public async Task StopAsync(TimeSpan drain, TimeSpan patience = default)
    {
        if (_stop is null || _cut is null)
        {
            return;
        }
        Array.ForEach(Readers, static reader => reader.End(true));
        Task all = Task.WhenAll(_senders);
        // What the disk keeps need not be waited for.
        Task hopeless = _services.Queue.DiskFault is null ? _ill.Task : all;
        try
        {
            if (drain > TimeSpan.Zero && !(hopeless.IsCompleted || (State.IsIll && hopeless != all)))
            {
                await Task.WhenAny(all, hopeless).WaitAsync(drain, _context.Time);
            }
        }
        catch (TimeoutException)
        {
            LogNotDrained(_context.Logger, Host, Readers.Sum(static reader => reader.MemoryBlocks));
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
        successor.Key = Key;
        successor.Readers = _services.Queue.HandOver(Readers, successor);
        Readers = [];
        _services.Queue.WakeProducers();
    }

    /// <summary>Sends what waits, then drops and counts the rest: the configuration names no place for it any more.</summary>
    public async Task RetireAsync()
    {
        _services.Queue.WakeProducers();
        await StopAsync(Options.QueueConfig.DrainTimeout);
        long left = Readers.Sum(static reader => reader.MemoryBytes);
        _services.Queue.Remove(Readers);
        if (left > 0)
        {
            LogDroppedWithEndpoint(_context.Logger, Host, left);
        }
    }

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
            ["queued_bytes"] = Value.Of(MemoryBytes),
            ["queued_batches"] = Value.Of((long)Readers.Sum(static reader => reader.MemoryBlocks)),
            ["waits_on_disk"] = Value.Of(Readers.Any(static reader => reader.HasBacklog)),
            ["oldest_unsent_seconds"] = Value.Of(OldestUnsent.TotalSeconds),
            ["sent_bytes"] = Value.Of(sentBytes),
            ["sent_entries"] = Value.Of(sentEntries),
            ["dropped_entries"] = Value.Of(droppedEntries),
            ["retries"] = Value.Of(retries),
        });
    }

    private void OnStateChanged()
    {
        Array.ForEach(Readers, reader => reader.IsStuck = State.IsIll);
        if (State.IsIll)
        {
            _services.Queue.StoreAll();
            _ill.TrySetResult();
        }
        _services.StateChanged();
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

    [LoggerMessage(Level = LogLevel.Error, Message = "dropped {Bytes} bytes that waited for endpoint {Host}: it is no longer configured")]
    private static partial void LogDroppedWithEndpoint(ILogger logger, string host, long bytes);
}
