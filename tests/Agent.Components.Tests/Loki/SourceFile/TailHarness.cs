using Agent.Components.Loki.SourceFile;
using Agent.Sdk.Memory;
using Agent.Sdk.Metrics;
using Agent.Telemetry;
using Agent.Telemetry.Logs;
using Agent.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Agent.Components.Tests.Loki.SourceFile;

/// <summary>One tail whose turns are taken by hand, on the test's thread and a clock of its own.</summary>
internal sealed class TailHarness : IDisposable
{
    private readonly TestComponentContext _context;
    private readonly bool _ownsContext;
    private readonly TailServices _services;
    private readonly BlockReader _reader = new();

    /// <param name="path">What to follow.</param>
    /// <param name="options">How.</param>
    /// <param name="consumer">Who gets the lines; else they are collected.</param>
    /// <param name="context">Where positions are kept, by a <see cref="FakeTimeProvider"/>; lives on after this.</param>
    public TailHarness(string path, TailOptions? options = null, ILogConsumer? consumer = null, TestComponentContext? context = null)
    {
        _ownsContext = context is null;
        Time = (FakeTimeProvider?)context?.Time ?? new FakeTimeProvider();
        _context = context ?? new TestComponentContext("loki.source.file.test", Time);
        _services = new TailServices
        {
            Positions = PositionKeeper.Open(_context, ""),
            Metrics = new SourceFileMetrics(_context.Metrics, Time),
            Wakeups = new TailWakeups(tail => Woken?.Invoke(tail), static () => { }),
            Time = Time,
            Logger = NullLogger.Instance,
            Memory = _context.Memory,
            Consumer = consumer ?? Collected,
        };
        var target = new Target(LabelSet.Empty.With("__path__", path));
        Tail = new FileTail(_services, ResolvedTarget.Of(target, path), options ?? new TailOptions(), wasThereAtStart: true);
    }

    public FakeTimeProvider Time { get; }

    public LogCollector Collected { get; } = new();

    public FileTail Tail { get; }

    /// <summary>Called for tails that events wake, where events were asked for.</summary>
    public Action<FileTail>? Woken { get; set; }

    public SourceFileMetrics Metrics => _services.Metrics;

    public TailServices Services => _services;

    public MemoryGate Memory => _context.Memory;

    public MetricRegistry Registry => _context.Registry;

    /// <summary>Takes turns until there is nothing more to read.</summary>
    public void Run()
    {
        while (Turn())
        {
        }
    }

    public bool Turn()
    {
        ValueTask<bool> turn = Tail.TurnAsync(_reader, CancellationToken.None);
        return turn.IsCompletedSuccessfully ? turn.Result : throw new InvalidOperationException("the consumer did not finish at once");
    }

    public void Save() => _services.Positions.Save();

    /// <summary>Ends as the agent does when it is told to.</summary>
    public void Stop()
    {
        Tail.Dispose();
        Save();
    }

    public void Dispose()
    {
        Tail.Dispose();
        _reader.Dispose();
        if (_ownsContext)
        {
            _context.Dispose();
        }
    }
}

/// <summary>Takes everything and keeps nothing.</summary>
internal sealed class NullConsumer : ILogConsumer
{
    public long Lines { get; private set; }

    public ValueTask ConsumeAsync(LogBatch batch, CancellationToken stop)
    {
        Lines += batch.Count;
        return ValueTask.CompletedTask;
    }
}
