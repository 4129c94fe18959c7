using Agent.Sdk;
using Agent.Sdk.Metrics;
using Agent.Storage.Queues;
using Microsoft.Extensions.Logging;

namespace Agent.Components.Common.Delivery;

/// <summary>What of an endpoint's options matters for its place in the queue.</summary>
/// <param name="Url">Where it is.</param>
/// <param name="Name">What the user calls it; may be empty.</param>
/// <param name="Shards">How many blocks are under way at once; what must stay in order keeps to one shard.</param>
/// <param name="Limits">How much may wait in memory for each shard.</param>
internal sealed record DeliverySettings(Uri Url, string Name, int Shards, ReaderLimits Limits)
{
    /// <summary>Longest time to send what waits when the agent stops or the endpoint goes.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Most bytes a second while catching up, weighed as blocks are; 0 sets no limit.</summary>
    public long CatchUpRate { get; init; }
}

/// <summary>One destination: its place in the queue, the loops that send from there, its state.</summary>
internal abstract partial class DeliveryEndpoint : IDisposable
{
    /// <summary>Longest wait of a reload for a request that is under way.</summary>
    private static readonly TimeSpan RequestPatience = TimeSpan.FromSeconds(2);

    private readonly DeliveryServices _services;
    private readonly ComponentContext _context;
    private CancellationTokenSource? _stop;
    private CancellationTokenSource? _cut;
    private TaskCompletionSource _ill = new();
    private Task[] _senders = [];
    private MetricScope? _gauges;
    private long _oldest;

    /// <param name="settings">Its place in the queue.</param>
    /// <param name="services">What the endpoints of a writer share.</param>
    protected DeliveryEndpoint(DeliverySettings settings, DeliveryServices services)
    {
        Settings = settings;
        _services = services;
        _context = services.Context;
        Host = settings.Url.Authority;
        State = new EndpointState(OnStateChanged);
        Pace = new CatchUpPace(_context.Time, settings.CatchUpRate);
        Key = Identity;
    }

    public DeliverySettings Settings { get; }

    public string Host { get; }

    public EndpointState State { get; }

    public CatchUpPace Pace { get; }

    /// <summary>What a changed endpoint shares with its former self, so that it takes over what waited.</summary>
    public string Identity => Settings.Name.Length > 0 ? Settings.Name : Settings.Url.AbsoluteUri;

    /// <summary>The identity, made unique among the endpoints of the writer; set before it is opened.</summary>
    public string Key { get; set; }

    /// <summary>One for each shard, once it is opened.</summary>
    public QueueReader[] Readers { get; private set; } = [];

    public long MemoryBytes => Readers.Sum(static reader => reader.MemoryBytes);

    /// <summary>Age of the oldest block that is not delivered; zero where nothing waits.</summary>
    public TimeSpan OldestUnsent
    {
        get
        {
            long oldest = Interlocked.Read(ref _oldest);
            TimeSpan age = _context.Time.GetUtcNow() - new DateTimeOffset(oldest, TimeSpan.Zero);
            return oldest == 0 || age < TimeSpan.Zero ? TimeSpan.Zero : age;
        }
    }

    public QueueReader ReaderOf(EncodedBlock block) => Readers[block.Shard % Readers.Length];

    /// <summary>A block was lost before it could be sent.</summary>
    public abstract void CountLost(in LostBlock lost);

    /// <summary>A sender works on a block of that age; null when it has finished with all.</summary>
    public void NoteOldest(DateTimeOffset? arrival) => Interlocked.Exchange(ref _oldest, arrival?.UtcTicks ?? 0);

    /// <summary>Takes its place in the queue, with what an earlier run left for it.</summary>
    public void Open()
    {
        Readers = _services.Queue.Open(this);
        ShowGauges();
    }

    /// <summary>Starts to send; called again after <see cref="StopAsync"/> it goes on.</summary>
    public void Start()
    {
        _stop = new CancellationTokenSource();
        _cut = new CancellationTokenSource();
        _ill = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        (IDisposable client, Func<QueueReader, CancellationToken, Task> send) = Connect(_cut.Token);
        if (Readers.Any(static reader => reader.HasBacklog))
        {
            Pace.Begin();
        }
        CancellationToken stop = _stop.Token;
        _senders = [.. Readers.Select(reader =>
        {
            reader.End(false);
            return Task.Run(() => send(reader, stop), CancellationToken.None);
        })];
        _ = WatchAsync(client, _senders, _services.Events.Failed);
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
    public async Task HandOverAsync(DeliveryEndpoint successor)
    {
        // The batch of a request that is cut off may have arrived, and would come twice. An endpoint that is ill is not waited for.
        await StopAsync(TimeSpan.Zero, State.IsIll ? TimeSpan.Zero : RequestPatience);
        successor.Key = Key;
        successor.Readers = _services.Queue.HandOver(Readers, successor);
        Readers = [];
        HideGauges();
        successor.ShowGauges();
        _services.Queue.WakeProducers();
    }

    /// <summary>Sends what waits, then drops and counts the rest: the configuration names no place for it any more.</summary>
    public async Task RetireAsync()
    {
        _services.Queue.WakeProducers();
        await StopAsync(Settings.DrainTimeout);
        long left = Readers.Sum(static reader => reader.MemoryBytes);
        _services.Queue.Remove(Readers);
        if (left > 0)
        {
            LogDroppedWithEndpoint(_context.Logger, Host, left);
        }
        HideGauges();
    }

    public void Dispose()
    {
        HideGauges();
        _stop?.Dispose();
        _cut?.Dispose();
    }

    /// <summary>Makes the client of the requests, and what sends the blocks of one queue with it until the queue ends.</summary>
    /// <param name="cut">Cuts off requests that are under way.</param>
    protected abstract (IDisposable Client, Func<QueueReader, CancellationToken, Task> Send) Connect(CancellationToken cut);

    /// <summary>Adds the gauges that show the endpoint's state for as long as it is in use.</summary>
    protected abstract void AddGauges(MetricScope scope);

    private void ShowGauges()
    {
        _gauges = _context.Metrics.Child();
        AddGauges(_gauges);
    }

    private void HideGauges() => Interlocked.Exchange(ref _gauges, null)?.Dispose();

    private void OnStateChanged()
    {
        Array.ForEach(Readers, reader => reader.IsStuck = State.IsIll);
        if (State.IsIll)
        {
            _services.Queue.StoreAll();
            _ill.TrySetResult();
        }
        _services.Events.StateChanged();
    }

    private static async Task WatchAsync(IDisposable client, Task[] senders, Action<Exception> failed)
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
