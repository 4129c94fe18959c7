using Agent.Sdk;

namespace Agent.Components.Common.Delivery;

/// <summary>What every component is that sends to endpoints: takes batches into lanes, flushes them in time, drains at a stop.</summary>
/// <typeparam name="TBatch">What sources hand over.</typeparam>
/// <param name="context">The component's.</param>
/// <param name="format">What kind of blocks is sent.</param>
internal sealed class DeliveryWriter<TBatch>(ComponentContext context, IBlockFormat format) : IAsyncDisposable
    where TBatch : class
{
    /// <summary>Makes the next pipeline of the one so far: what did not change is used again.</summary>
    public delegate DeliveryPipeline<TBatch> Builder(DeliveryPipeline<TBatch> old, DeliveryServices services);

    private readonly SemaphoreSlim _gate = new(1);
    private readonly SemaphoreSlim _flush = new(0);
    private readonly List<Task> _retiring = [];
    private readonly Lock _tightening = new();
    private DeliveryPipeline<TBatch> _pipeline = new([], []);
    private DeliveryServices? _services;
    private Builder? _build;
    private ITimer? _timer;
    private DateTimeOffset? _armed;
    private Exception? _failure;
    private bool _running;
    private bool _isDisposed;
    private volatile bool _isFormStale;

    public DeliveryEndpoint[] Endpoints => _pipeline.Endpoints;

    public IDeliveryLane<TBatch>[] Lanes => _pipeline.Lanes;

    /// <summary>Uses other endpoints from now on.</summary>
    public async ValueTask ApplyAsync(DiskSettings disk, Builder build, CancellationToken stop)
    {
        await _gate.WaitAsync(stop);
        try
        {
            bool isFirst = _services is null;
            _services ??= NewServices(disk);
            if (isFirst)
            {
                context.Memory.Changed += OnMemory;
            }
            _timer ??= context.Time.CreateTimer(_ => WakeFlush(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _services.Queue.Apply(disk);
            _build = build;
            await ChangeAsync(_services);
            if (isFirst)
            {
                _services.Queue.DropOrphans();
                _services.OpenBlocks?.Restore(_pipeline.Endpoints, _services.Queue);
            }
        }
        finally
        {
            _gate.Release();
        }
        ReportHealth();
    }

    /// <summary>Sends until <paramref name="stop"/>, then drains.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        await _gate.WaitAsync(CancellationToken.None);
        foreach (DeliveryEndpoint endpoint in _pipeline.Endpoints)
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
                await ChangeFormAsync(stop);
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

    public async ValueTask ConsumeAsync(TBatch batch, CancellationToken stop)
    {
        Progress progress = default;
        DeliveryPipeline<TBatch>? seen = null;
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

    public async ValueTask DisposeAsync()
    {
        context.Memory.Changed -= OnMemory;
        lock (_tightening)
        {
            _isDisposed = true;
        }
        if (_timer is not null)
        {
            await _timer.DisposeAsync();
        }
        foreach (IDeliveryLane<TBatch> lane in _pipeline.Lanes)
        {
            lane.FlushAll();
            lane.Dispose();
        }
        Array.ForEach(_pipeline.Endpoints, static endpoint => endpoint.Dispose());
        if (Interlocked.Exchange(ref _services, null) is { } services)
        {
            await services.Queue.DisposeAsync();
            services.OpenBlocks?.Dispose();
        }
        _gate.Dispose();
        _flush.Dispose();
    }

    /// <summary>
    /// While memory is short, what is gathered is compressed at once, and waits on disk but for a little. Not on the caller's thread: the disk
    /// may be slow, and who watches the memory has to go on doing so.
    /// </summary>
    private void OnMemory(bool isShort) => ThreadPool.UnsafeQueueUserWorkItem(static writer => writer.FollowMemory(), this, preferLocal: false);

    private void FollowMemory()
    {
        lock (_tightening)
        {
            if (!_isDisposed)
            {
                WakeFlush();
                // Asked for now: a change may have overtaken another.
                _services?.Queue.Tighten(context.Memory.IsClosed);
            }
        }
    }

    private DeliveryServices NewServices(DiskSettings disk)
    {
        var events = new DeliveryEvents(
            ReportHealth,
            () =>
            {
                _isFormStale = true;
                WakeFlush();
            },
            failure =>
            {
                Volatile.Write(ref _failure, failure);
                WakeFlush();
            });
        OpenBlockStore? openBlocks = format.KeepsOpenBlocks ? new OpenBlockStore(context, format, disk.Files, ReportHealth) : null;
        return new DeliveryServices(context, new DeliveryQueue(context, format, disk, ReportHealth), events, openBlocks);
    }

    /// <summary>Under the gate.</summary>
    private async Task ChangeAsync(DeliveryServices services)
    {
        DeliveryPipeline<TBatch> old = _pipeline;
        _isFormStale = false;
        _pipeline = _build!(old, services);
        await EndpointChange.CarryOverAsync(old, _pipeline, _running, _retiring);
        ArmTimer();
    }

    private async Task ChangeFormAsync(CancellationToken stop)
    {
        if (_isFormStale)
        {
            await _gate.WaitAsync(stop);
            try
            {
                await ChangeAsync(_services!);
            }
            finally
            {
                _gate.Release();
            }
        }
    }

    private async Task FlushDueAsync(CancellationToken stop)
    {
        while (true)
        {
            Task? blocked;
            await _gate.WaitAsync(stop);
            try
            {
                _armed = null;
                blocked = _pipeline.FlushDue(context.Memory.IsClosed);
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

    /// <summary>Sends the last blocks for as long as each endpoint's drain timeout; what is not delivered goes to disk.</summary>
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
        await Task.WhenAll(_pipeline.Endpoints.Select(static endpoint => endpoint.StopAsync(endpoint.Settings.DrainTimeout)));
        await Task.WhenAll(_retiring);
        _services?.Queue.Persist();
    }

    /// <summary>The timer stands at the oldest open block; while no block is open it stands still.</summary>
    private void ArmTimer()
    {
        if (_running && _pipeline.Due is { } due && (_armed is null || due < _armed))
        {
            _armed = due;
            TimeSpan wait = due - context.Time.GetUtcNow();
            _timer!.Change(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
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
        DeliveryEndpoint? ill = _pipeline.Endpoints.FirstOrDefault(static endpoint => endpoint.State.IsIll);
        if (ill is not null)
        {
            context.ReportHealth(HealthState.Unhealthy, $"cannot send to {ill.Host}: {ill.State.LastError}");
        }
        else if ((_services?.Queue.DiskFault ?? _services?.OpenBlocks?.Fault) is { } fault)
        {
            context.ReportHealth(HealthState.Unhealthy, $"cannot keep batches on disk: {fault}");
        }
        else
        {
            context.ReportHealth(HealthState.Healthy, "sending");
        }
    }
}
