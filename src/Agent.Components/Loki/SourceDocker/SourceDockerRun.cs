using System.Threading.Channels;
using Agent.Components.Common;
using Agent.Components.Common.Docker;
using Agent.Components.Common.Relabel;
using Agent.Components.Loki.Positions;
using Agent.Components.Loki.SourceFile;
using Agent.Sdk;
using Agent.Syntax.Values;
using Agent.Telemetry.Logs;

namespace Agent.Components.Loki.SourceDocker;

/// <summary>One run of the component: a tail for each container, and a loop that follows the targets and saves positions.</summary>
internal sealed class SourceDockerRun : IAsyncDisposable
{
    private static readonly TimeSpan SettlePatience = TimeSpan.FromSeconds(2);

    private readonly ComponentContext _context;
    private readonly PositionFile<DockerPosition> _positions;
    private readonly DockerServices _services;
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly SavePace _saves;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ContainerTail> _tails = new(StringComparer.Ordinal);
    private readonly List<ContainerTail> _retiring = [];
    private LokiSourceDocker.Arguments? _arguments;
    private LokiSourceDocker.Arguments? _applied;
    private string _health = "";
    private bool _hasReaped;

    private SourceDockerRun(ComponentContext context, PositionFile<DockerPosition> positions)
    {
        _context = context;
        _positions = positions;
        _saves = new SavePace(context.Time, Signal);
        _services = new DockerServices
        {
            Metrics = new DockerMetrics(context.Metrics),
            Time = context.Time,
            Logger = context.Logger,
            Memory = context.Memory,
            Moved = _saves.Ask,
            Changed = Signal,
        };
        _services.Metrics.PositionErrors.Add(positions.Damaged);
    }

    public static SourceDockerRun Open(ComponentContext context) => new(context, PositionFile<DockerPosition>.Open(context, new DockerPositionFormat()));

    /// <summary>Takes new arguments; the loop acts on them.</summary>
    public void Apply(LokiSourceDocker.Arguments arguments)
    {
        Volatile.Write(ref _arguments, arguments);
        Signal();
    }

    public async Task RunAsync(CancellationToken stop)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        try
        {
            await foreach (bool _ in _signal.Reader.ReadAllAsync(stop))
            {
                await ReapAsync();
                FollowTargets(ending.Token);
                ReportHealth();
                if (_saves.Begin())
                {
                    Save();
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
            await Task.WhenAll(Tails.Select(static tail => tail.Run))
                .ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            Save();
            (_applied is null ? null : _services.Client)?.Dispose();
        }
    }

    /// <summary>Waits a moment for sinks that are still sending what was read: who reads next begins where they end.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(Tails.Select(tail => tail.Order.SettledAsync(SettlePatience, _context.Time)));
        Save();
        _saves.Dispose();
    }

    public Value DebugState() => _context.Memory.Describe(new(StringComparer.Ordinal)
    {
        ["targets_info"] = new ListValue([.. Tails.Select(static tail => new MapValue(new Dictionary<string, Value>(StringComparer.Ordinal)
        {
            ["id"] = Value.Of(tail.Target.Id),
            ["labels"] = Value.Of(tail.Target.Labels.ToString()),
            ["is_running"] = Value.Of(tail.IsRunning),
            ["read_offset"] = Value.Of(tail.Order.Delivered.Since),
            ["last_error"] = Value.Of(tail.Problem ?? ""),
        }))]),
    });

    private List<ContainerTail> Tails
    {
        get
        {
            lock (_gate)
            {
                return [.. _tails.Values, .. _retiring];
            }
        }
    }

    private void Signal() => _signal.Writer.TryWrite(true);

    private void Save()
    {
        lock (_gate)
        {
            foreach (ContainerTail tail in _tails.Values.Concat(_retiring))
            {
                _positions.Set(tail.Target.Id, tail.Order.Delivered);
            }
            _positions.Save();
        }
    }

    // A tail whose consumer failed fails the component.
    private async Task ReapAsync()
    {
        foreach (ContainerTail tail in Tails.FindAll(static tail => tail.Run.IsCompleted))
        {
            await tail.Run;
            lock (_gate)
            {
                // Its last batches may be with a sink yet; then it stays until they are settled and somebody asks to save.
                if (_retiring.Contains(tail) && tail.Order.IsSettled)
                {
                    _positions.Set(tail.Target.Id, tail.Order.Delivered);
                    _retiring.Remove(tail);
                    tail.Dispose();
                    _hasReaped = true;
                }
            }
        }
    }

    private void FollowTargets(CancellationToken stop)
    {
        LokiSourceDocker.Arguments arguments = Volatile.Read(ref _arguments)!;
        // A target that came back while its former tail was ending has waited for that.
        if (ReferenceEquals(arguments, _applied) && !_hasReaped)
        {
            return;
        }
        _hasReaped = false;
        bool isElsewhere = _applied is null || arguments.Host != _applied.Host || arguments.RefreshInterval != _applied.RefreshInterval
            || arguments.HttpClientConfig != _applied.HttpClientConfig;
        _applied = arguments;
        _services.Consumer = LogFanOut.Of(arguments.ForwardTo);
        if (isElsewhere)
        {
            Connect(arguments);
        }
        var rules = new Relabeler(arguments.RelabelRules.Rules, LabelNameRule.Legacy);
        List<DockerTarget> targets = DockerTarget.Resolve(arguments.Targets, arguments.Labels);
        lock (_gate)
        {
            Retire(targets);
            foreach (DockerTarget target in targets)
            {
                if (_tails.TryGetValue(target.Id, out ContainerTail? tail))
                {
                    tail.Apply(target, target.StreamsBy(rules));
                }
                else if (!_retiring.Exists(retiring => retiring.Target.Id == target.Id))
                {
                    tail = new ContainerTail(_services, target, _positions.Find(target.Id));
                    tail.Apply(target, target.StreamsBy(rules));
                    _tails.Add(target.Id, tail);
                    tail.Start(stop);
                }
            }
        }
    }

    private void Connect(LokiSourceDocker.Arguments arguments)
    {
        DockerAddress address = arguments.Address ?? throw new ComponentException($"cannot connect to Docker at \"{arguments.Host}\"");
        HttpClient http = address.Connect(arguments.HttpClientConfig, _context.Time);
        DockerClient? former = _services.Client;
        _services.Client = new DockerClient(http, _context.Time, address.Socket is null ? arguments.RefreshInterval : null);
        foreach (ContainerTail tail in Tails)
        {
            tail.Reconnect();
        }
        former?.Dispose();
    }

    private void Retire(List<DockerTarget> targets)
    {
        var wanted = targets.Select(static target => target.Id).ToHashSet(StringComparer.Ordinal);
        foreach (string id in _tails.Keys.Where(id => !wanted.Contains(id)).ToList())
        {
            _tails.Remove(id, out ContainerTail? tail);
            _retiring.Add(tail!);
            tail!.Retire();
        }
    }

    private void ReportHealth()
    {
        ContainerTail? first = null;
        int failing = 0;
        int count;
        lock (_gate)
        {
            count = _tails.Count;
            foreach (ContainerTail tail in _tails.Values.Where(static tail => tail.IsFailing))
            {
                first ??= tail;
                failing++;
            }
        }
        _services.Metrics.Failing.Set(failing);
        string more = failing > 1 ? $"; and {failing - 1} more of {count} containers cannot be read" : "";
        string message = first is null ? "reading" : $"cannot read container {first.Target.Id}: {first.Problem}{more}";
        if (message != _health)
        {
            _health = message;
            _context.ReportHealth(first is null ? HealthState.Healthy : HealthState.Unhealthy, message);
        }
    }
}
