using System.Threading.Channels;
using Agent.Components.Common.Files;
using Agent.Components.Common.Kubernetes;
using Agent.Components.Loki.Positions;
using Agent.Components.Loki.SourceFile;
using Agent.Sdk;
using Agent.Syntax.Values;

namespace Agent.Components.Loki.PodTails;

/// <summary>One run of a component that tails containers: a tail for each, and a loop that follows the targets and saves positions.</summary>
internal sealed class PodTailRun : IAsyncDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan SettlePatience = TimeSpan.FromSeconds(2);

    private readonly ComponentContext _context;
    private readonly PodTailServices _services;
    private readonly PodTailSet _tails;
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly SavePace _saves;
    private PodTailPlan? _plan;
    private PodTailPlan? _applied;
    private KubernetesAccess? _access;
    private volatile string? _noAccess;
    private volatile string? _outside;
    private volatile bool _hasChanged = true;
    private string _health = "";
    private long _looked;
    private long _connected;

    /// <param name="context">The component's.</param>
    /// <param name="prefix">What self-metrics begin with.</param>
    /// <exception cref="ComponentException">Positions are there but cannot be read.</exception>
    public PodTailRun(ComponentContext context, string prefix)
    {
        _context = context;
        _saves = new SavePace(context.Time, Signal);
        var positions = PositionFile<PodPosition>.Open(context, new PodPositionFormat());
        _services = new PodTailServices
        {
            Metrics = new PodTailMetrics(context.Metrics, prefix),
            Time = context.Time,
            Logger = context.Logger,
            Memory = context.Memory,
            Moved = _saves.Ask,
            Changed = OnChanged,
        };
        _services.Metrics.PositionErrors.Add(positions.Damaged);
        _tails = new PodTailSet(_services, positions);
    }

    /// <summary>Takes a new plan; the loop acts on it.</summary>
    public void Apply(PodTailPlan plan)
    {
        Volatile.Write(ref _plan, plan);
        Signal();
    }

    /// <summary>Says what keeps the component from knowing its targets; null for nothing.</summary>
    public void ReportOutside(string? problem)
    {
        if (problem != _outside)
        {
            _outside = problem;
            OnChanged();
        }
    }

    public async Task RunAsync(CancellationToken stop)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        await using ITimer timer = _context.Time.CreateTimer(_ => Signal(), null, Tick, Tick);
        try
        {
            await foreach (bool _ in _signal.Reader.ReadAllAsync(stop))
            {
                await _tails.ReapAsync();
                await FollowAsync(ending.Token);
                Look();
                if (_saves.Begin())
                {
                    _tails.Save();
                    _saves.End();
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The ordinary end.
        }
        finally
        {
            await ending.CancelAsync();
            await _tails.EndedAsync();
            _tails.Save();
            await (_access?.DisposeAsync() ?? ValueTask.CompletedTask);
            _services.Dispose();
        }
    }

    /// <summary>Waits a moment for sinks that are still sending what was read: who reads next begins where they end.</summary>
    public async ValueTask DisposeAsync()
    {
        await _tails.SettledAsync(SettlePatience);
        _tails.Save();
        _saves.Dispose();
    }

    public ListValue DebugTargets() => _tails.DebugState();

    private void Signal() => _signal.Writer.TryWrite(true);

    private void OnChanged()
    {
        _hasChanged = true;
        Signal();
    }

    // The loop also comes by to save, many times a second.
    private void Look()
    {
        bool isDue = _context.Time.GetElapsedTime(_looked) >= Tick;
        if (!isDue && !_hasChanged)
        {
            return;
        }
        _hasChanged = false;
        _looked = isDue ? _context.Time.GetTimestamp() : _looked;
        _tails.Look(isDue);
        ReportHealth();
    }

    private async Task FollowAsync(CancellationToken stop)
    {
        if (Volatile.Read(ref _plan) is not { } plan)
        {
            return;
        }
        bool isElsewhere = _applied is null || plan.Client != _applied.Client
            || (_noAccess is not null && _context.Time.GetElapsedTime(_connected) >= Tick);
        bool isOtherWay = _applied is not null && plan.Folder != _applied.Folder;
        bool isNew = !ReferenceEquals(plan, _applied);
        _applied = plan;
        _services.Consumer = plan.Consumer;
        _services.Folder = plan.Folder;
        if (_services.Watcher is null && plan.Folder.Length > 0 && Directory.Exists(plan.Folder))
        {
            _services.Watcher = FolderWatcher.TryStart(FolderEvents.Contents, _tails.OnFolderEvent, out _);
        }
        if (isElsewhere)
        {
            await ConnectAsync(plan.Client);
        }
        if (isElsewhere || isOtherWay)
        {
            _tails.Reconnect();
        }
        _tails.Follow(plan, isNew, stop);
        _hasChanged |= isNew;
    }

    private async Task ConnectAsync(KubernetesClientOptions options)
    {
        KubernetesAccess? former = _access;
        _connected = _context.Time.GetTimestamp();
        _hasChanged = true;
        try
        {
            _access = KubernetesAccess.Open(_context, options);
            _services.Client = new PodLogClient(_access.Client, _context.Time);
            _noAccess = null;
        }
        catch (ComponentException exception)
        {
            // Files of the own node can be read without. It is tried again with every tick.
            (_access, _services.Client, _noAccess) = (null, null, exception.Message);
        }
        await (former?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    private void ReportHealth()
    {
        (int failing, PodTail? first) = _tails.Failing();
        int count = _tails.Count;
        string more = failing > 1 ? $"; and {failing - 1} more of {count} containers cannot be read" : "";
        string? problem = _outside ?? _noAccess ?? (first is null ? null : $"cannot read {first.Target.Container.Name}: {first.Problem}{more}");
        string message = problem ?? "reading";
        if (message != _health)
        {
            _health = message;
            _context.ReportHealth(problem is null ? HealthState.Healthy : HealthState.Unhealthy, message);
        }
    }
}
