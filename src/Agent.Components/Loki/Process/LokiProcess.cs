using Agent.Components.Loki.Process.Tracing;
using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Tracing;
using Agent.Telemetry;
using Agent.Telemetry.Logs;

namespace Agent.Components.Loki.Process;

/// <summary>Runs log entries through stages that parse, change or drop them, and hands on the rest.</summary>
/// <remarks>
/// A changed configuration becomes a new pipeline, swapped in between two batches. Lines that a stage held back (the first pieces of
/// a CRI line) are not lost by that: the n-th stage of a kind goes on with what the n-th stage of that kind held before, and where the
/// new pipeline has no such stage the held pieces are sent on as they are, through the rest of the old pipeline. When the agent stops,
/// blocks of several lines are sent on; pieces of a CRI line are dropped, and their receipts stay unsettled: the source reads them again.
/// </remarks>
/// <example>
/// loki.process "default" {
///   forward_to = []
///   stage.cri { }
/// }
/// </example>
[Component("loki.process")]
public sealed partial class LokiProcess : IComponent<LokiProcess.Arguments>, ILogConsumer, IStageTrace
{
    private static readonly TimeSpan LongestDrain = TimeSpan.FromSeconds(5);

    private readonly ComponentContext _context;
    private readonly WakeUp _wake = new();

    // Read once per batch: ApplyAsync may swap it meanwhile.
    private volatile Route? _route;
    private volatile Arguments? _arguments;

    // Cuts short what is still under way a while after the component was asked to stop.
    private CancellationTokenSource? _late;

    public LokiProcess(ComponentContext context)
    {
        _context = context;
        context.Export(new Exports(this));
    }

    public sealed record Arguments
    {
        /// <summary>Receivers that get the entries after the last stage.</summary>
        public required ValueList<ILogConsumer> ForwardTo { get; init; }

        /// <summary>Stages in the order in which an entry runs through them.</summary>
        [Blocks]
        public ValueList<StageArguments> Stage { get; init; } = [];
    }

    public sealed record Exports(ILogConsumer Receiver)
    {
        /// <summary>Takes the entries to process.</summary>
        public ILogConsumer Receiver { get; init; } = Receiver;
    }

    public IReadOnlyList<IReadOnlyList<TracedEntry>> Trace(LabelSet labels, long timestamp, string line) =>
        _arguments is { } arguments ? StageTracer.Trace(arguments.Stage, _context, new TracedEntry(timestamp, line, labels)) : [];

    public async ValueTask ApplyAsync(Arguments arguments, CancellationToken stop)
    {
        ILogConsumer next = LogFanOut.Of(arguments.ForwardTo);
        Route? earlier = _route;
        if (earlier is not null && arguments.Stage.Equals(_arguments?.Stage))
        {
            _route = new Route(earlier.Pipeline, next);
            _arguments = arguments;
            return;
        }
        var pipeline = new Pipeline(arguments.Stage, _context, _wake.Ring);
        IReadOnlyList<IBatchStage> left = earlier is null ? [] : pipeline.TakeOver(earlier.Pipeline);
        earlier?.Pipeline.CloseMetrics();
        _route = new Route(pipeline, next);
        _arguments = arguments;
        if (earlier is not null)
        {
            await earlier.Pipeline.RetireAsync(left, next, stop).ConfigureAwait(false);
        }
        _wake.Ring();
    }

    public async Task RunAsync(CancellationToken stop)
    {
        using var late = new CancellationTokenSource(Timeout.InfiniteTimeSpan, _context.Time);
        _late = late;
        using CancellationTokenRegistration registration = stop.UnsafeRegister(static process => ((LokiProcess)process!).Hurry(), this);
        using var clock = new StageClock(_context.Time, _wake);
        while (!stop.IsCancellationRequested)
        {
            await _wake.WaitAsync().ConfigureAwait(false);
            clock.RingIn(await OnTimeAsync(isStopping: false, late.Token).ConfigureAwait(false));
        }
        // The sources have stopped and the sinks have not. What cannot be handed on in time stays unsettled: its source reads it again.
        await OnTimeAsync(isStopping: true, late.Token).ConfigureAwait(false);
    }

    public ValueTask ConsumeAsync(LogBatch batch, CancellationToken stop)
    {
        while (true)
        {
            Route route = _route ?? throw new InvalidOperationException("BUG: loki.process was handed a batch before its arguments");
            if (route.Pipeline.TryConsume(batch, route.Next, stop, out ValueTask taken))
            {
                return taken;
            }
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private ValueTask<TimeSpan?> OnTimeAsync(bool isStopping, CancellationToken stop) =>
        _route is { } route ? route.Pipeline.OnTimeAsync(route.Next, isStopping, stop) : ValueTask.FromResult<TimeSpan?>(null);

    private void Hurry()
    {
        _late?.CancelAfter(LongestDrain);
        _route?.Pipeline.LetThrough();
        _wake.Ring();
    }

    private sealed record Route(Pipeline Pipeline, ILogConsumer Next);
}
