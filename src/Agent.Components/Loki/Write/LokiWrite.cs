using Agent.Components.Common.Delivery;
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
public sealed class LokiWrite : IComponent<LokiWrite.Arguments>, ILogConsumer, IDebuggable
{
    private readonly ComponentContext _context;
    private readonly DeliveryWriter<LogBatch> _writer;

    public LokiWrite(ComponentContext context)
    {
        _context = context;
        _writer = new DeliveryWriter<LogBatch>(context, new BatchFormat(context.Metrics));
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
        WalOptions wal = arguments.Wal;
        var disk = new DiskSettings(wal.MaxSize.Bytes, wal.MaxSegmentAge ?? TimeSpan.Zero, wal.Enabled);
        await _writer.ApplyAsync(disk, (old, services) => PipelineFor(old, arguments, services), stop);
    }

    public Task RunAsync(CancellationToken stop) => _writer.RunAsync(stop);

    public ValueTask ConsumeAsync(LogBatch batch, CancellationToken stop) => _writer.ConsumeAsync(batch, stop);

    public Value DebugState() => new MapValue(new Dictionary<string, Value>(StringComparer.Ordinal)
    {
        ["endpoints"] = new ListValue([.. _writer.Endpoints.OfType<WriteEndpoint>().Select(static endpoint => endpoint.DebugState())]),
    });

    public ValueTask DisposeAsync() => _writer.DisposeAsync();

    /// <summary>Endpoints and lanes that did not change stay what they are, with their queues, connections and open batches.</summary>
    private static DeliveryPipeline<LogBatch> PipelineFor(
        DeliveryPipeline<LogBatch> old, Arguments arguments, DeliveryServices services)
    {
        WriteEndpoint[] known = [.. old.Endpoints.Cast<WriteEndpoint>()];
        WriteEndpoint[] endpoints =
        [
            .. arguments.Endpoint.Select(options => Array.Find(known, e => e.Options == options) ?? new WriteEndpoint(options, services)),
        ];
        var streams = new StreamSettings(arguments.ExternalLabels, arguments.MaxStreams, arguments.Limits);
        BatchLane[] lanes = [.. old.Lanes.Cast<BatchLane>()];
        lanes =
        [
            .. endpoints.GroupBy(static endpoint => endpoint.Options.Batching).Select(group =>
            {
                WriteEndpoint[] members = [.. group];
                return Array.Find(lanes, l => l.Batching == group.Key && l.Streams == streams && l.Endpoints.SequenceEqual(members))
                    ?? new BatchLane(group.Key, streams, members, services);
            }),
        ];
        return new DeliveryPipeline<LogBatch>(endpoints, lanes);
    }
}
