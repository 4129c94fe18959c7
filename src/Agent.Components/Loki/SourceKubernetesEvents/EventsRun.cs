using System.Globalization;
using System.Threading.Channels;
using Agent.Components.Common;
using Agent.Components.Common.Kubernetes;
using Agent.Components.Loki.Positions;
using Agent.Components.Loki.SourceFile;
using Agent.Sdk;
using Agent.Syntax.Values;
using Agent.Telemetry.Logs;

namespace Agent.Components.Loki.SourceKubernetesEvents;

/// <summary>One run of the component: a feed for each namespace while this agent is the one to read them, and a loop that sees to that and saves positions.</summary>
internal sealed class EventsRun : IAsyncDisposable
{
    // Shorter than what lies between the end of a term and the earliest beginning of another agent's.
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TellEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SettlePatience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan RetryAccess = TimeSpan.FromSeconds(10);

    private readonly ComponentContext _context;
    private readonly PositionFile<EventPosition> _positions;
    private readonly EventServices _services;
    private readonly EventFeeds _feeds;
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly SavePace _saves;
    private LokiSourceKubernetesEvents.Arguments? _arguments;
    private LokiSourceKubernetesEvents.Arguments? _applied;
    private KubernetesAccess? _access;
    private EventLeadership? _leadership;
    private string? _noAccess;
    private string _health = "";
    private long _connected;
    private long _told;

    /// <exception cref="ComponentException">Positions are there but cannot be read.</exception>
    public EventsRun(ComponentContext context)
    {
        _context = context;
        _positions = PositionFile<EventPosition>.Open(context, new EventPositionFormat());
        _saves = new SavePace(context.Time, Signal);
        _services = new EventServices
        {
            Metrics = new EventMetrics(context.Metrics),
            Time = context.Time,
            Logger = context.Logger,
            Memory = context.Memory,
            Moved = _saves.Ask,
            Changed = Signal,
        };
        _feeds = new EventFeeds(_services, _positions);
    }

    /// <summary>Takes new arguments; the loop acts on them.</summary>
    public void Apply(LokiSourceKubernetesEvents.Arguments arguments)
    {
        Volatile.Write(ref _arguments, arguments);
        Signal();
    }

    public async Task RunAsync(CancellationToken stop)
    {
        await using ITimer timer = _context.Time.CreateTimer(_ => Signal(), null, Tick, Tick);
        try
        {
            await foreach (bool _ in _signal.Reader.ReadAllAsync(stop))
            {
                await FollowAsync(stop);
                ReportHealth();
                await SaveAsync(stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The ordinary end.
        }
        finally
        {
            await _feeds.StopAsync();
            await _feeds.SettledAsync(SettlePatience);
            await TellAsync(CancellationToken.None);
            _feeds.Save();
            await DisconnectAsync();
        }
    }

    /// <summary>Waits a moment for sinks that are still sending what was read.</summary>
    public async ValueTask DisposeAsync()
    {
        await _feeds.SettledAsync(SettlePatience);
        _feeds.Save();
        _saves.Dispose();
    }

    public Value DebugState() => _context.Memory.Describe(new(StringComparer.Ordinal)
    {
        ["event_controller"] = new ListValue([.. _feeds.All.Select(static feed => new MapValue(new Dictionary<string, Value>(StringComparer.Ordinal)
        {
            ["namespace"] = Value.Of(feed.Settings.Namespace),
            ["last_event_timestamp"] = Value.Of(Text(feed.Delivery.Delivered.Timestamp)),
            ["last_error"] = Value.Of(feed.Problem ?? ""),
        }))]),
        ["leader"] = Value.Of(_leadership?.Status.Holder ?? ""),
        ["is_leader"] = Value.Of(_feeds.IsRunning),
    });

    private static string Text(long timestamp) =>
        timestamp == 0 ? "" : DateTimeOffset.UnixEpoch.AddTicks(timestamp / 100).ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);

    private void Signal() => _signal.Writer.TryWrite(true);

    private async Task FollowAsync(CancellationToken stop)
    {
        await _feeds.ReapAsync();
        LokiSourceKubernetesEvents.Arguments arguments = Volatile.Read(ref _arguments)!;
        bool isElsewhere = _applied is null || arguments.Client != _applied.Client || arguments.LeaderElection != _applied.LeaderElection
            || (_noAccess is not null && _context.Time.GetElapsedTime(_connected) >= RetryAccess);
        if (!ReferenceEquals(arguments, _applied))
        {
            _applied = arguments;
            _services.Consumer = LogFanOut.Of(arguments.ForwardTo);
        }
        if (isElsewhere)
        {
            await _feeds.StopAsync();
            await DisconnectAsync();
            Connect(arguments);
        }
        if (_access is not { } access)
        {
            return;
        }
        bool isToRead = _leadership?.IsToRead() ?? true;
        if (!isToRead)
        {
            await _feeds.StopAsync();
        }
        else
        {
            await StartAsync(arguments, access, stop);
        }
        _services.Metrics.Leader.Set(isToRead ? 1 : 0);
    }

    private async Task StartAsync(LokiSourceKubernetesEvents.Arguments arguments, KubernetesAccess access, CancellationToken stop)
    {
        Dictionary<string, EventPosition> elsewhere = _feeds.IsRunning || _leadership is null ? [] : await _leadership.ReadAsync(stop);
        string[] namespaces = arguments.Namespaces.Count > 0 ? [.. arguments.Namespaces.Distinct(StringComparer.Ordinal)] : [""];
        await _feeds.FollowAsync(
            [.. namespaces.Select(inNamespace => new EventFeedSettings(access.Client, inNamespace, arguments.JobName, _context.Id, arguments.LogFormat))],
            elsewhere,
            stop);
    }

    private void Connect(LokiSourceKubernetesEvents.Arguments arguments)
    {
        _connected = _context.Time.GetTimestamp();
        try
        {
            _access = KubernetesAccess.Open(_context, arguments.Client);
            _leadership = arguments.LeaderElection.Enabled ? new EventLeadership(_context, _access, arguments.LeaderElection) : null;
            _noAccess = null;
        }
        catch (ComponentException exception)
        {
            _noAccess = exception.Message;
        }
    }

    private async Task DisconnectAsync()
    {
        await (_leadership?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_access?.DisposeAsync() ?? ValueTask.CompletedTask);
        (_leadership, _access) = (null, null);
    }

    private async Task SaveAsync(CancellationToken stop)
    {
        if (_saves.Begin())
        {
            _feeds.Save();
            _saves.End();
        }
        if (_context.Time.GetElapsedTime(_told) >= TellEvery)
        {
            _told = _context.Time.GetTimestamp();
            await TellAsync(stop);
        }
    }

    private Task TellAsync(CancellationToken stop) =>
        _leadership is { } leadership && leadership.Status.IsLeader && _feeds.Delivered is { Count: > 0 } positions
            ? leadership.WriteAsync(positions, stop)
            : Task.CompletedTask;

    private void ReportHealth()
    {
        EventFeed? failing = _feeds.All.FirstOrDefault(static feed => feed.Problem is not null);
        string? problem = _noAccess
            ?? (failing is not null ? $"cannot read events: {failing.Problem}" : null)
            ?? (!_feeds.IsRunning && _leadership?.Status is { IsHealthy: false } status ? $"cannot stand for election: {status.Message}" : null);
        string message = problem ?? (_feeds.IsRunning ? "reading" : $"{Holder} reads the events");
        if (message != _health)
        {
            _health = message;
            _context.ReportHealth(problem is null ? HealthState.Healthy : HealthState.Unhealthy, message);
        }
    }

    private string Holder => _leadership?.Status.Holder is { Length: > 0 } holder ? holder : "another agent";
}
