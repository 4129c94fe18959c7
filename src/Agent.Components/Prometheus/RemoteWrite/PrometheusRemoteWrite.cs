using Agent.Components.Common.Delivery;
using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;
using Agent.Syntax.Values;
using Agent.Telemetry.Metrics;

namespace Agent.Components.Prometheus.RemoteWrite;

/// <summary>Sends metrics to one or more endpoints that speak Prometheus remote write.</summary>
/// <example>
/// prometheus.remote_write "default" {
///     endpoint {
///         url = "http://mimir:9009/api/v1/push"
///     }
/// }
/// </example>
/// <remarks>
/// Samples are encoded and compressed once for all endpoints with equal rules. What was taken is on disk, so that the end of the process,
/// however it comes, loses nothing; what was not delivered waits there, once for all endpoints. Labels that begin with two underscores are
/// not sent, except the name and <c>__replica__</c>.
/// </remarks>
[Component("prometheus.remote_write")]
public sealed class PrometheusRemoteWrite : IComponent<PrometheusRemoteWrite.Arguments>, IMetricConsumer, IDebuggable
{
    private readonly ComponentContext _context;
    private readonly DeliveryWriter<MetricBatch> _writer;
    private readonly IntakeMetrics _intake;

    public PrometheusRemoteWrite(ComponentContext context)
    {
        _context = context;
        _writer = new DeliveryWriter<MetricBatch>(context, new BlockFormat(context.Metrics));
        _intake = new IntakeMetrics(context.Metrics, () => _writer.Lanes.Cast<SampleLane>());
    }

    public sealed record Arguments : IValidated
    {
        /// <summary>Where to send metrics. Repeat the block to send to several places.</summary>
        [Block] public ValueList<EndpointOptions> Endpoint { get; init; } = [];

        /// <summary>Labels added to series that lack them.</summary>
        public ValueMap<string> ExternalLabels { get; init; } = ValueMap<string>.Empty;

        /// <summary>The part of the queue that is on disk.</summary>
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

    /// <param name="Receiver">Takes metrics from other components.</param>
    public sealed record Exports(IMetricConsumer Receiver);

    public async ValueTask ApplyAsync(Arguments arguments, CancellationToken stop)
    {
        _context.Export(new Exports(this));
        var disk = new DiskSettings(arguments.Wal.MaxSize.Bytes, arguments.Wal.MaxKeepaliveTime, StoresAlways: true);
        await _writer.ApplyAsync(disk, (old, services) => PipelineFor(old, arguments, services), stop);
    }

    public Task RunAsync(CancellationToken stop) => _writer.RunAsync(stop);

    public ValueTask ConsumeAsync(MetricBatch batch, CancellationToken stop)
    {
        _intake.Note(batch);
        if (_writer.Endpoints.Length == 0)
        {
            _intake.Discard(batch);
        }
        return _writer.ConsumeAsync(batch, stop);
    }

    public Value DebugState() => new MapValue(new Dictionary<string, Value>(StringComparer.Ordinal)
    {
        ["endpoints"] = new ListValue([.. _writer.Endpoints.OfType<RemoteEndpoint>().Select(static endpoint => endpoint.DebugState())]),
    });

    public ValueTask DisposeAsync() => _writer.DisposeAsync();

    /// <summary>Endpoints and lanes that did not change stay what they are, with their queues, connections and open blocks.</summary>
    private static DeliveryPipeline<MetricBatch> PipelineFor(
        DeliveryPipeline<MetricBatch> old, Arguments arguments, DeliveryServices services)
    {
        RemoteEndpoint[] known = [.. old.Endpoints.Cast<RemoteEndpoint>()];
        RemoteEndpoint[] endpoints =
        [
            .. arguments.Endpoint.Select(options => Array.Find(known, e => e.Options == options) ?? new RemoteEndpoint(options, services)),
        ];
        SampleLane[] lanes = [.. old.Lanes.Cast<SampleLane>()];
        lanes =
        [
            .. endpoints.GroupBy(endpoint => SettingsOf(endpoint, arguments)).Select(group =>
            {
                RemoteEndpoint[] members = [.. group];
                return Array.Find(lanes, l => l.Settings == group.Key && l.Endpoints.SequenceEqual(members))
                    ?? new SampleLane(group.Key, members, services);
            }),
        ];
        return new DeliveryPipeline<MetricBatch>(endpoints, lanes);
    }

    private static LaneSettings SettingsOf(RemoteEndpoint endpoint, Arguments arguments)
    {
        EndpointOptions options = endpoint.Options;
        QueueOptions queue = options.QueueConfig;
        return new LaneSettings(
            endpoint.Version,
            arguments.ExternalLabels,
            options.WriteRelabelConfig,
            new ContentSettings(options.SendExemplars, options.SendNativeHistograms, options.MetadataConfig, queue.SampleAgeLimit),
            new BatchingSettings(queue.MaxSamplesPerSend, queue.BatchSendDeadline, queue.Shards));
    }
}
