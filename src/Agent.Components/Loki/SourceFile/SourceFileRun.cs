using System.Diagnostics;
using System.Threading.Channels;
using Agent.Components.Common.Files;
using Agent.Sdk;
using Agent.Syntax.Values;
using Agent.Telemetry;
using Agent.Telemetry.Logs;
using Microsoft.Extensions.Logging;

namespace Agent.Components.Loki.SourceFile;

/// <summary>One run of the component: its workers, and a loop that follows targets, wakes what is due and saves positions.</summary>
internal sealed partial class SourceFileRun : IDisposable, IAsyncDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SettlePatience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ForgetPeriod = TimeSpan.FromHours(1);
    private static readonly TimeSpan ShortestSync = TimeSpan.FromMilliseconds(250);

    // A file that is gone usually leaves the targets with the next look for files.
    private static readonly TimeSpan GonePatience = TimeSpan.FromSeconds(15);

    private readonly ComponentContext _context;
    private readonly TailServices _services;
    private readonly TailScheduler _scheduler;
    private readonly TailSet _tails;
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly SavePace _saves;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private LokiSourceFile.Arguments? _arguments;
    private LokiSourceFile.Arguments? _applied;
    private volatile bool _namesChanged;
    private string _health = "";
    private long _synced;
    private long _forgotten;
    private TargetFiles? _patterns;

    private SourceFileRun(ComponentContext context, PositionKeeper positions)
    {
        _context = context;
        _logger = context.Logger;
        _time = context.Time;
        var metrics = new SourceFileMetrics(context.Metrics, context.Time);
        metrics.PositionErrors.Add(positions.DamagedEntries);
        _scheduler = new TailScheduler(context.Memory);
        _services = new TailServices
        {
            Memory = context.Memory,
            Positions = positions,
            Metrics = metrics,
            Wakeups = new TailWakeups(_scheduler.Wake, OnNames),
            Time = context.Time,
            Logger = context.Logger,
        };
        _tails = new TailSet(_services, _scheduler);
        _saves = new SavePace(_time, () => _signal.Writer.TryWrite(true));
        positions.Moved = _saves.Ask;
    }

    public static SourceFileRun Open(ComponentContext context, LokiSourceFile.Arguments arguments) =>
        new(context, PositionKeeper.Open(context, arguments.LegacyPositionsFile));

    /// <summary>Takes new arguments; the loop acts on them.</summary>
    public void Apply(LokiSourceFile.Arguments arguments)
    {
        Volatile.Write(ref _arguments, arguments);
        _signal.Writer.TryWrite(true);
    }

    public async Task RunAsync(CancellationToken stop)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        if (_services.Wakeups.Start() is { } cause)
        {
            LogPolling(cause);
        }
        var tasks = new List<Task> { Task.Run(() => ControlAsync(ending.Token), CancellationToken.None) };
        for (int i = 0; i < TailScheduler.Workers; i++)
        {
            tasks.Add(Task.Run(() => _scheduler.RunWorkerAsync(ending.Token), CancellationToken.None));
        }
        try
        {
            await await Task.WhenAny(tasks);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The ordinary end.
        }
        finally
        {
            await ending.CancelAsync();
            await Task.WhenAll(tasks).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            _services.Wakeups.Dispose();
            _tails.Dispose();
            _services.Positions.Save();
        }
    }

    public void Dispose()
    {
        _saves.Dispose();
        _services.Positions.Save();
    }

    /// <summary>
    /// Waits a moment for sinks that are still sending what was read: whoever reads the files next, after a reload, begins where
    /// they end.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        await _services.Positions.SettledAsync(SettlePatience);
        Dispose();
    }

    public Value DebugState() => _tails.DebugState();

    private async Task ControlAsync(CancellationToken stop)
    {
        _forgotten = _time.GetTimestamp();
        await using ITimer timer = _time.CreateTimer(_ => _signal.Writer.TryWrite(true), null, Tick, Tick);
        TimeSpan period = Tick;
        await foreach (bool _ in _signal.Reader.ReadAllAsync(stop))
        {
            FollowTargets();
            TimeSpan wanted = _tails.WakeDue() is { } poll && poll < Tick ? poll : Tick;
            if (wanted != period)
            {
                timer.Change(wanted, wanted);
                period = wanted;
            }
            ReportHealth();
            if (_saves.Begin())
            {
                _services.Positions.Save();
                _saves.End();
            }
            if (IsDue(ref _forgotten, ForgetPeriod))
            {
                _services.Positions.Forget();
            }
        }
    }

    private bool IsDue(ref long last, TimeSpan period)
    {
        long now = _time.GetTimestamp();
        if (_time.GetElapsedTime(last, now) < period)
        {
            return false;
        }
        last = now;
        return true;
    }

    private void FollowTargets()
    {
        LokiSourceFile.Arguments arguments = Volatile.Read(ref _arguments) ?? throw new UnreachableException("BUG: run before any arguments");
        bool isNew = !ReferenceEquals(arguments, _applied);
        LokiSourceFile.FileMatchArguments match = arguments.FileMatch;
        if (isNew)
        {
            _services.Consumer = LogFanOut.Of(arguments.ForwardTo);
            _patterns = match.Enabled ? new TargetFiles(arguments.Targets, match.IgnoreOlderThan, _time) : null;
            foreach (string problem in _patterns?.Problems ?? [])
            {
                LogPattern(problem);
            }
        }
        bool isDue = _patterns is not null
            && _time.GetElapsedTime(_synced) >= (_namesChanged ? ShortestSync : match.SyncPeriod);
        if (isNew || isDue)
        {
            bool isFirst = _applied is null;
            _applied = arguments;
            _namesChanged = false;
            _synced = _time.GetTimestamp();
            _tails.Follow(Resolve(arguments), TailOptions.From(arguments, _time.GetUtcNow()), isFirst, isNew);
        }
    }

    private List<ResolvedTarget> Resolve(LokiSourceFile.Arguments arguments)
    {
        var resolved = new List<ResolvedTarget>(arguments.Targets.Count);
        var folders = new HashSet<string>(StringComparer.Ordinal);
        if (_patterns is null)
        {
            foreach (Target target in arguments.Targets)
            {
                resolved.Add(ResolvedTarget.Of(target, target[ResolvedTarget.PathLabel]));
            }
        }
        else
        {
            foreach ((Target target, string path) in _patterns.Find(folders))
            {
                resolved.Add(ResolvedTarget.Of(target, path));
            }
        }
        _namesChanged |= _services.Wakeups.WatchNames(folders);
        return resolved;
    }

    private void OnNames()
    {
        _namesChanged = true;
        _signal.Writer.TryWrite(true);
    }

    private void ReportHealth()
    {
        (int failing, string? first) = _tails.Failing(GonePatience);
        _services.Metrics.Failing.Set(failing);
        string message = first is null ? "reading" : failing == 1 ? first : $"{first}; and {failing - 1} more of {_tails.Count} targets cannot be read";
        if (message != _health)
        {
            _health = message;
            _context.ReportHealth(first is null ? HealthState.Healthy : HealthState.Unhealthy, message);
        }
    }

    [LoggerMessage(LogLevel.Warning, "the system does not report changes of files, polling them: {Cause}")]
    private partial void LogPolling(string cause);

    [LoggerMessage(LogLevel.Error, "{Problem}")]
    private partial void LogPattern(string problem);
}
