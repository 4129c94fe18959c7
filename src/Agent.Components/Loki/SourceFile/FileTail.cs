using Agent.Telemetry.Logs;

namespace Agent.Components.Loki.SourceFile;

/// <summary>Follows one path: reads what stands there, and what stood there before, in order, and hands it on.</summary>
/// <remarks>Runs in turns on the scheduler's workers; between them it costs nothing but its descriptor.</remarks>
internal sealed class FileTail : IDisposable
{
    // 1 MiB, so that a file that is far behind does not hold up the others.
    private const int BlocksPerTurn = 16;
    private const long NanosecondsPerTick = 100;

    private readonly TailServices _services;
    private readonly TailFiles _files;
    private readonly SourceFileMetrics.PathMetrics _metrics;
    private volatile ResolvedTarget _target;
    private long _lastTimestamp;

    public FileTail(TailServices services, ResolvedTarget target, TailOptions options, bool wasThereAtStart)
    {
        _services = services;
        _target = target;
        _files = new TailFiles(this, services, wasThereAtStart);
        _metrics = services.Metrics.Acquire(target.Path, _files.Lag);
        Options = options;
    }

    public TurnState Turns { get; } = new();

    public string Path => _target.Path;

    /// <summary>What the lines are sent as; a change is taken up with the next block.</summary>
    public ResolvedTarget Target
    {
        get => _target;
        set => _target = value;
    }

    public TailOptions Options
    {
        get => Volatile.Read(ref field);
        set => Volatile.Write(ref field, value);
    } = null!;

    /// <summary>True while no other tail reads the same path.</summary>
    public bool IsAloneOnPath
    {
        get => Volatile.Read(ref field);
        set => Volatile.Write(ref field, value);
    } = true;

    /// <summary>The target is gone: read to the end what nobody can read later, then close.</summary>
    public bool IsRetiring
    {
        get => Volatile.Read(ref field);
        set => Volatile.Write(ref field, value);
    }

    /// <summary>Nothing is open any more and nothing will be.</summary>
    public bool IsClosed => _files.IsRetired;

    /// <summary>Set by the watcher: the system does report changes of this file.</summary>
    public bool WasReported
    {
        get => Volatile.Read(ref field);
        set => Volatile.Write(ref field, value);
    }

    public TailState State => _files.State;

    public TailLag Lag => _files.Lag;

    /// <summary>Reads up to 1 MiB and hands it on.</summary>
    /// <returns>True where there is more to read now.</returns>
    public async ValueTask<bool> TurnAsync(BlockReader reader, CancellationToken stop)
    {
        _files.BeginTurn();
        for (int blocks = 0; blocks < BlocksPerTurn; blocks++)
        {
            if (_services.Memory.IsClosed)
            {
                // The worker waits before the next turn.
                return true;
            }
            long timestamp = Math.Max(Now(), _lastTimestamp + 1);
            if (!_files.TryRead(reader, _target.Labels, timestamp, out OpenFile? file, out long start))
            {
                _files.EndTurn();
                return false;
            }
            _lastTimestamp = timestamp + reader.Batch.Count;
            Count(file, reader);
            _services.Memory.Count(file.Offset - start);
            // Until the newline of a line that was cut is found, a restart has to begin before that line.
            if (reader.Batch.Count > 0)
            {
                await DeliverAsync(file, reader.Batch, reader.HasCut ? start : file.Offset, stop);
            }
            else if (!file.IsSkipping)
            {
                file.Delivered.Advance(file.Offset);
            }
        }
        return true;
    }

    public void Dispose()
    {
        _files.Dispose();
        _services.Metrics.Release(Path, Lag);
    }

    private long Now() => (_services.Time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * NanosecondsPerTick;

    private void Count(OpenFile file, BlockReader reader)
    {
        _metrics.ReadLines.Add(reader.Batch.Count);
        _metrics.ReadBytes.Set(file.Offset);
        _metrics.FileBytes.Set(Math.Max(file.Stat.Size, file.Offset));
        if (reader.HasCut)
        {
            _services.Metrics.LinesCut.Increment();
        }
        if (reader.Skipped > 0)
        {
            _services.Metrics.BytesCut.Add(reader.Skipped);
        }
    }

    private async ValueTask DeliverAsync(OpenFile file, LogBatch batch, long end, CancellationToken stop)
    {
        BatchReceipt receipt = file.Delivered.Begin(end);
        batch.Receipt = receipt;
        await _services.Consumer.ConsumeAsync(batch, stop);
        receipt.Settle();
    }
}
