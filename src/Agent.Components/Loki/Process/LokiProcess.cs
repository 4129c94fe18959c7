using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Telemetry.Logs;

namespace Agent.Components.Loki.Process;

/// <summary>Runs log entries through stages that parse, change or drop them, and hands on the rest.</summary>
/// <remarks>
/// A changed configuration becomes a new pipeline, swapped in between two batches. Lines that a stage held back (the first pieces of
/// a CRI line) are not lost by that: the n-th stage of a kind goes on with what the n-th stage of that kind held before, and where the
/// new pipeline has no such stage the held pieces are sent on as they are, through the rest of the old pipeline. When the agent stops
/// they are dropped, and their receipts stay unsettled: the source reads them again.
/// </remarks>
/// <example>
/// loki.process "default" {
///   forward_to = []
///   stage.cri { }
/// }
/// </example>
[Component("loki.process")]
public sealed partial class LokiProcess : IComponent<LokiProcess.Arguments>, ILogConsumer
{
    private readonly ComponentContext _context;

    // Read once per batch: ApplyAsync may swap it meanwhile.
    private volatile Route? _route;
    private Arguments? _arguments;

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
        var pipeline = new Pipeline(arguments.Stage, _context);
        IReadOnlyList<IBatchStage> left = earlier is null ? [] : pipeline.TakeOver(earlier.Pipeline);
        _route = new Route(pipeline, next);
        _arguments = arguments;
        if (earlier is not null)
        {
            await earlier.Pipeline.RetireAsync(left, next, stop).ConfigureAwait(false);
        }
    }

    public Task RunAsync(CancellationToken stop)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        CancellationTokenRegistration registration = stop.Register(stopped.SetResult);
        return WaitAsync(stopped.Task, registration);
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

    private static async Task WaitAsync(Task stopped, CancellationTokenRegistration registration)
    {
        await using (registration.ConfigureAwait(false))
        {
            await stopped.ConfigureAwait(false);
        }
    }

    private sealed record Route(Pipeline Pipeline, ILogConsumer Next);
}
