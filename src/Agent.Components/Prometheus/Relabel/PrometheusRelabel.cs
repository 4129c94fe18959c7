using Agent.Components.Common.Metrics;
using Agent.Components.Common.Relabel;
using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;
using Agent.Sdk.Tracing;
using Agent.Telemetry;
using Agent.Telemetry.Metrics;

namespace Agent.Components.Prometheus.Relabel;

/// <summary>Rewrites the labels of metrics by rules, and drops metrics whose labels a rule drops.</summary>
/// <example>
/// prometheus.relabel "keep_backend_only" {
///     forward_to = []
///
///     rule {
///         action        = "keep"
///         source_labels = ["app"]
///         regex         = "backend"
///     }
/// }
/// </example>
/// <remarks>What a series becomes is remembered by the series itself, so that a sample of a known one costs no look at its labels.</remarks>
[Component("prometheus.relabel")]
public sealed class PrometheusRelabel : IComponent<PrometheusRelabel.Arguments>, IMetricConsumer, IRelabelTrace
{
    /// <summary>A hundred thousand series are none to choose from.</summary>
    private const int MaxShownInputs = 10_000;

    private static readonly TimeSpan ShortestTtl = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromDays(1);

    private readonly ComponentContext _context;
    private readonly RelabelCounters _counters;
    private readonly SeriesRewriter _rewriter;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Setup? _setup;

    public PrometheusRelabel(ComponentContext context)
    {
        _context = context;
        _counters = new RelabelCounters(context.Metrics, () => Volatile.Read(ref _setup)?.Cache.Count ?? 0);
        _rewriter = new SeriesRewriter(new MetricForwarding(context));
    }

    public sealed record Arguments : IValidated
    {
        /// <summary>Where to send metrics after relabelling.</summary>
        public required ValueList<IMetricConsumer> ForwardTo { get; init; }

        /// <summary>Relabelling rules, applied to the labels of each metric in the order in which they are written.</summary>
        [Block]
        public ValueList<RelabelRule> Rule { get; init; } = [];

        /// <summary>Series whose result is remembered; those not seen for longest go first. 0 where cache_ttl is set.</summary>
        public int MaxCacheSize { get; init; } = 100_000;

        /// <summary>How long the result of a series that no longer comes is remembered, however many there are; needs max_cache_size = 0.</summary>
        public TimeSpan CacheTtl { get; init; }

        public void Validate(ValidationContext context)
        {
            if (MaxCacheSize < 0)
            {
                context.Error("max_cache_size", $"max_cache_size must be >= 0; got {MaxCacheSize}");
            }
            else if (CacheTtl < TimeSpan.Zero)
            {
                context.Error("cache_ttl", $"cache_ttl must be >= 0; got {GoDuration.Format(CacheTtl)}");
            }
            else if (MaxCacheSize > 0 && CacheTtl > TimeSpan.Zero)
            {
                context.Error(
                    "cache_ttl", "max_cache_size and cache_ttl are mutually exclusive",
                    "set max_cache_size = 0 to use cache_ttl, or unset cache_ttl to keep the bounded LRU cache");
            }
            else if (MaxCacheSize == 0 && CacheTtl == TimeSpan.Zero)
            {
                context.Error("max_cache_size", "one of max_cache_size or cache_ttl must be set");
            }
            else if (CacheTtl > TimeSpan.Zero && CacheTtl < ShortestTtl)
            {
                context.Error("cache_ttl", $"cache_ttl must be at least 1m0s when set; got {GoDuration.Format(CacheTtl)}");
            }
        }
    }

    /// <param name="Receiver">Takes the metrics to relabel.</param>
    /// <param name="Rules">The rules themselves, for other components to apply.</param>
    public sealed record Exports(IMetricConsumer Receiver, RelabelRules Rules);

    /// <summary>Everything that one batch is handled by.</summary>
    private sealed record Setup(Relabeler Relabeler, SeriesCache Cache, TimeSpan Ttl, IMetricConsumer Next);

    public IReadOnlyList<RuleCounts> RuleCounts => Volatile.Read(ref _setup)?.Relabeler.Counts ?? [];

    public IEnumerable<LabelSet> Inputs() => Volatile.Read(ref _setup)?.Cache.Known(MaxShownInputs).Select(static series => series.Labels) ?? [];

    public IEnumerable<LabelSet> DroppedTargets() => [];

    public IReadOnlyList<LabelSet?> Trace(LabelSet labels) =>
        Volatile.Read(ref _setup) is { } setup ? Relabeler.Trace(setup.Relabeler.Rules, LabelNameRule.Legacy, labels) : [];

    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop)
    {
        // With a lifetime the cache has no limit of its own, as upstream: it follows the series that come.
        int capacity = arguments.CacheTtl > TimeSpan.Zero ? int.MaxValue : arguments.MaxCacheSize;
        IMetricConsumer next = MetricFanOut.Of(arguments.ForwardTo);
        Setup? current = _setup;
        bool keeps = current is not null && current.Relabeler.Rules.Equals(arguments.Rule);
        Relabeler relabeler = keeps ? current!.Relabeler : new Relabeler(arguments.Rule, LabelNameRule.Legacy);
        SeriesCache cache = keeps ? current!.Cache : new SeriesCache(capacity);
        cache.Resize(capacity);
        Volatile.Write(ref _setup, new Setup(relabeler, cache, arguments.CacheTtl, next));
        if (current is not null && current.Ttl != arguments.CacheTtl)
        {
            Interlocked.Exchange(ref _changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
        }
        _context.Export(new Exports(this, new RelabelRules(arguments.Rule)));
        return ValueTask.CompletedTask;
    }

    public ValueTask ConsumeAsync(MetricBatch batch, CancellationToken stop)
    {
        // Read once: a reload may swap it meanwhile, and one batch must see one set of rules.
        Setup setup = Volatile.Read(ref _setup) ?? throw new InvalidOperationException("BUG: prometheus.relabel got metrics before its arguments");
        var map = new RelabelMap(setup.Relabeler, setup.Cache, _counters, _context.Time.GetTimestamp());
        return _rewriter.ForwardAsync(batch, map, setup.Next, stop);
    }

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            // Taken before the setup: a change in between then scans once too often, never too rarely.
            Task changed = Volatile.Read(ref _changed).Task;
            TimeSpan ttl = Volatile.Read(ref _setup)?.Ttl ?? TimeSpan.Zero;
            // A quarter, so that a series outlives its time by a quarter at most.
            TimeSpan pause = ttl > TimeSpan.Zero ? TimeSpan.FromTicks(Math.Min(ttl.Ticks / 4, LongestPause.Ticks)) : Timeout.InfiniteTimeSpan;
            await changed.WaitAsync(pause, _context.Time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Expire();
        }
    }

    public ValueTask DisposeAsync()
    {
        _rewriter.Dispose();
        return ValueTask.CompletedTask;
    }

    private void Expire()
    {
        if (Volatile.Read(ref _setup) is { } setup && setup.Ttl > TimeSpan.Zero)
        {
            long oldest = _context.Time.GetTimestamp() - (long)(setup.Ttl.TotalSeconds * _context.Time.TimestampFrequency);
            _counters.TtlEvictions.Add(setup.Cache.RemoveUnusedSince(oldest));
        }
    }
}
