using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;
using Agent.Syntax.Values;
using Agent.Telemetry.Logs;

namespace Agent.Components.Loki.Write;

/// <summary>Sends log entries to one or more Loki push endpoints.</summary>
/// <example>
/// loki.write "default" {
///     endpoint {
///         url = "http://loki:3100/loki/api/v1/push"
///     }
/// }
/// </example>
/// <remarks>
/// Entries are encoded and compressed once, whatever the number of endpoints. An endpoint that keeps up gets its batches through
/// memory. What another one lags behind with waits on disk, once for all endpoints, and survives a restart; a slow endpoint holds up the
/// others only once the disk is full as well: then sources that can replay wait, and others lose the oldest, counted.
/// </remarks>
[Component("loki.write")]
public sealed partial class LokiWrite : IComponent<LokiWrite.Arguments>, ILogConsumer, IDebuggable
{
    private readonly ComponentContext _context;
    private readonly SemaphoreSlim _gate = new(1);
    private readonly SemaphoreSlim _flush = new(0);
    private readonly ITimer _timer;
    private readonly List<Task> _retiring = [];
    private EndpointServices? _services;
    private WritePipeline _pipeline = WritePipeline.Empty;
    private DateTimeOffset? _armed;
    private Exception? _failure;
    private bool _running;

    public LokiWrite(ComponentContext context)
    {
        _context = context;
        _timer = context.Time.CreateTimer(_ => WakeFlush(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public sealed record Arguments : IValidated
    {
        /// <summary>Where to send entries. Repeat the block to send to several places.</summary>
        [Block] public ValueList<EndpointOptions> Endpoint { get; init; } = [];

        /// <summary>Labels added to entries that lack them.</summary>
        public ValueMap<string> ExternalLabels { get; init; } = ValueMap<string>.Empty;

        /// <summary>Most streams of one request, beyond which entries of further streams are dropped and counted; 0 sets no limit.</summary>
        public int MaxStreams { get; init; }

        [Flatten] public EntryLimits Limits { get; init; } = new();

        /// <summary>Alloy's write-ahead log.</summary>
        [Block] public WalOptions Wal { get; init; } = new();

        public void Validate(ValidationContext context)
        {
            if (Endpoint.Count == 0)
            {
                context.Warn("endpoint", "nothing can be sent: there is no endpoint block", "add endpoint { url = … }");
            }
            if (Endpoint.Distinct().Count() < Endpoint.Count
                || Endpoint.Where(static e => e.Name.Length > 0).GroupBy(static e => e.Name).Any(static same => same.Count() > 1))
            {
                context.Error("endpoint", "cannot use two equal endpoints, or two of the same name");
            }
        }
    }

    /// <param name="Receiver">Takes log entries from other components.</param>
    public sealed record Exports(ILogConsumer Receiver);

    public async ValueTask ApplyAsync(Arguments arguments, CancellationToken stop)
    {
        _context.Export(new Exports(this));
        if (arguments.Endpoint.Count == 0)
        {
            throw new ComponentException("cannot send anywhere: at least one endpoint block is needed");
        }
        await _gate.WaitAsync(stop);
        try
        {
            bool isFirst = _services is null;
            _services ??= NewServices(arguments.Wal);
            _services.Queue.Apply(arguments.Wal);
            WritePipeline old = _pipeline;
            _pipeline = PipelineChange.Build(old, arguments, _services);
            await PipelineChange.CarryOverAsync(old, _pipeline, _running, _retiring);
            if (isFirst)
            {
                _services.Queue.DropOrphans();
            }
            ArmTimer();
        }
        finally
        {
            _gate.Release();
        }
        ReportHealth();
    }

    public async Task RunAsync(CancellationToken stop)
    {
        await _gate.WaitAsync(CancellationToken.None);
        foreach (WriteEndpoint endpoint in _pipeline.Endpoints)
        {
            endpoint.Start();
        }
        _running = true;
        ArmTimer();
        _gate.Release();
        try
        {
            while (true)
            {
                await _flush.WaitAsync(stop);
                if (Interlocked.Exchange(ref _failure, null) is { } failure)
                {
                    throw new ComponentException($"cannot go on sending: {failure.Message}", failure);
                }
                await FlushDueAsync(stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The way an orderly stop ends the loop.
        }
        finally
        {
            await DrainAsync();
        }
    }

    public async ValueTask ConsumeAsync(LogBatch batch, CancellationToken stop)
    {
        Progress progress = default;
        WritePipeline? seen = null;
        while (true)
        {
            Task? blocked;
            await _gate.WaitAsync(stop);
            try
            {
                if (seen is not null && seen != _pipeline)
                {
                    // Changed while this batch waited. What one lane took is in its endpoints' queues; of several nothing is known.
                    progress = seen.Lanes.Length == 1 ? progress with { Lane = 0 } : default;
                }
                seen = _pipeline;
                blocked = seen.Append(batch, ref progress);
                ArmTimer();
            }
            finally
            {
                _gate.Release();
            }
            if (blocked is null)
            {
                return;
            }
            await blocked.WaitAsync(stop);
        }
    }

    public Value DebugState() => new MapValue(new Dictionary<string, Value>(StringComparer.Ordinal)
    {
        ["endpoints"] = new ListValue([.. _pipeline.Endpoints.Select(static endpoint => endpoint.DebugState())]),
    });

    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync();
        foreach (BatchLane lane in _pipeline.Lanes)
        {
            lane.FlushAll();
            lane.Dispose();
        }
        Array.ForEach(_pipeline.Endpoints, static endpoint => endpoint.Dispose());
        if (Interlocked.Exchange(ref _services, null) is { } services)
        {
            await services.Queue.DisposeAsync();
        }
        _gate.Dispose();
        _flush.Dispose();
    }

    private EndpointServices NewServices(WalOptions wal) => new(_context, new DeliveryQueue(_context, wal, ReportHealth), ReportHealth, failure =>
    {
        Volatile.Write(ref _failure, failure);
        WakeFlush();
    });

    private async Task FlushDueAsync(CancellationToken stop)
    {
        while (true)
        {
            Task? blocked;
            await _gate.WaitAsync(stop);
            try
            {
                _armed = null;
                blocked = _pipeline.FlushDue();
                ArmTimer();
            }
            finally
            {
                _gate.Release();
            }
            if (blocked is null)
            {
                return;
            }
            await blocked.WaitAsync(stop);
        }
    }

    /// <summary>Sends the last batches for as long as each endpoint's drain timeout; what is not delivered goes to disk.</summary>
    private async Task DrainAsync()
    {
        await _gate.WaitAsync(CancellationToken.None);
        try
        {
            _pipeline.FlushAll();
            _running = false;
        }
        finally
        {
            _gate.Release();
        }
        await Task.WhenAll(_pipeline.Endpoints.Select(static endpoint => endpoint.StopAsync(endpoint.Options.QueueConfig.DrainTimeout)));
        await Task.WhenAll(_retiring);
        _services?.Queue.Persist();
    }

    /// <summary>The timer stands at the oldest open batch; while no batch is open it stands still.</summary>
    private void ArmTimer()
    {
        if (_pipeline.Due is { } due && _running && (_armed is null || due < _armed))
        {
            _armed = due;
            TimeSpan wait = due - _context.Time.GetUtcNow();
            _timer.Change(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }

    private void WakeFlush()
    {
        if (_flush.CurrentCount == 0)
        {
            _flush.Release();
        }
    }

    private void ReportHealth()
    {
        WriteEndpoint? ill = _pipeline.Endpoints.FirstOrDefault(static endpoint => endpoint.State.IsIll);
        if (ill is not null)
        {
            _context.ReportHealth(HealthState.Unhealthy, $"cannot send to {ill.Host}: {ill.State.LastError}");
        }
        else if (_services?.Queue.DiskFault is { } fault)
        {
            _context.ReportHealth(HealthState.Unhealthy, $"cannot keep batches on disk: {fault}");
        }
        else
        {
            _context.ReportHealth(HealthState.Healthy, "sending");
        }
    }
}
