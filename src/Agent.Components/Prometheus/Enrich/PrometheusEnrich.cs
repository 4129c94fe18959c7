using Agent.Components.Common.Metrics;
using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;
using Agent.Sdk.Metrics;
using Agent.Telemetry;
using Agent.Telemetry.Metrics;

namespace Agent.Components.Prometheus.Enrich;

/// <summary>Adds labels of discovered targets to the metrics that belong to them.</summary>
/// <example>
/// prometheus.enrich "default" {
///     targets                = [{ "host" = "web-1", "rack" = "r7" }]
///     target_to_metric_match = { "host" = "hostname" }
///     labels_to_copy         = ["rack"]
///     forward_to             = []
/// }
/// </example>
[Component("prometheus.enrich", Stability = Stability.Experimental)]
public sealed class PrometheusEnrich : IComponent<PrometheusEnrich.Arguments>, IMetricConsumer
{
    /// <summary>Series whose enriched one is remembered.</summary>
    private const int CacheSize = 100_000;

    private readonly ComponentContext _context;
    private readonly SeriesRewriter _rewriter;
    private readonly Gauge _targets;
    private Setup? _setup;

    public PrometheusEnrich(ComponentContext context)
    {
        _context = context;
        _rewriter = new SeriesRewriter(new MetricForwarding(context));
        _targets = context.Metrics.Gauge("alloy_prometheus_target_cache_size", "Total size of targets cache");
    }

    public sealed record Arguments : IValidated
    {
        /// <summary>Where to send metrics, enriched or not.</summary>
        public required ValueList<IMetricConsumer> ForwardTo { get; init; }

        /// <summary>Targets whose labels are copied; of several that match, the last one counts.</summary>
        public required ValueList<Target> Targets { get; init; }

        /// <summary>Labels of targets, and which label of the metrics each is compared with; all must be equal.</summary>
        public ValueMap<string> TargetToMetricMatch { get; init; } = ValueMap<string>.Empty;

        /// <summary>Label of the targets that is compared, where target_to_metric_match is not set.</summary>
        public string TargetMatchLabel { get; init; } = "";

        /// <summary>Label of the metrics that is compared with target_match_label; the same one where it is empty.</summary>
        public string MetricsMatchLabel { get; init; } = "";

        /// <summary>Labels that are copied; all where the list is empty.</summary>
        public ValueList<string> LabelsToCopy { get; init; } = [];

        public void Validate(ValidationContext context)
        {
            if (TargetToMetricMatch.Count > 0 || TargetMatchLabel.Length > 0)
            {
                return;
            }
            context.Error(MetricsMatchLabel.Length > 0
                ? "target_match_label must be set when using legacy match fields"
                : "at least one match mechanism must be specified: set target_match_label or target_to_metric_match");
        }
    }

    /// <param name="Receiver">Takes the metrics to enrich.</param>
    public sealed record Exports(IMetricConsumer Receiver);

    /// <summary>Everything that one batch is handled by.</summary>
    private sealed record Setup(TargetIndex Targets, SeriesCache Cache, IMetricConsumer Next);

    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop)
    {
        var targets = new TargetIndex(arguments);
        _targets.Set(targets.Count);
        Volatile.Write(ref _setup, new Setup(targets, new SeriesCache(CacheSize), MetricFanOut.Of(arguments.ForwardTo)));
        _context.Export(new Exports(this));
        return ValueTask.CompletedTask;
    }

    public ValueTask ConsumeAsync(MetricBatch batch, CancellationToken stop)
    {
        // Read once: discovery may swap it meanwhile, and one batch must see one set of targets.
        Setup setup = Volatile.Read(ref _setup) ?? throw new InvalidOperationException("BUG: prometheus.enrich got metrics before its arguments");
        return _rewriter.ForwardAsync(batch, new EnrichMap(setup.Targets, setup.Cache, _context.Time.GetTimestamp()), setup.Next, stop);
    }

    public Task RunAsync(CancellationToken stop) => Task.CompletedTask;

    public ValueTask DisposeAsync()
    {
        _rewriter.Dispose();
        return ValueTask.CompletedTask;
    }
}
