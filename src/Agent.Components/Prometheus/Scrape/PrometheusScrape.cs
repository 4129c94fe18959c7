using Agent.Components.Common.Http;
using Agent.Sdk;
using Agent.Sdk.Access;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;
using Agent.Sdk.Scraping;
using Agent.Syntax.Values;
using Agent.Telemetry;
using Agent.Telemetry.Metrics;

namespace Agent.Components.Prometheus.Scrape;

/// <summary>Scrapes metrics from targets over HTTP, as Prometheus does.</summary>
/// <example>prometheus.scrape "default" {
///   targets    = [{"__address__" = "127.0.0.1:9100"}]
///   forward_to = []
/// }</example>
[Component("prometheus.scrape")]
public sealed partial class PrometheusScrape(ComponentContext context) : IComponent<PrometheusScrape.Arguments>, IDebuggable, IScrapePool, IKubernetesUser
{
    private readonly Lock _gate = new();
    private Arguments? _arguments;
    private volatile ScrapeRun? _run;

    /// <summary>Nothing is being scraped right now.</summary>
    internal bool IsIdle => _run?.IsIdle ?? true;

    public static IEnumerable<AccessRule> Access(AccessQuery query) => ScrapeAccess.Of(query);

    public sealed record Arguments : IValidated
    {
        /// <summary>Targets to scrape; `__address__` is the host and port of each.</summary>
        public required ValueList<Target> Targets { get; init; }

        /// <summary>Where to send the metrics.</summary>
        public required ValueList<IMetricConsumer> ForwardTo { get; init; }

        /// <summary>Value of the `job` label of targets that have none; the component's name by default.</summary>
        public string JobName { get; init; } = "";

        /// <summary>Keeps labels of a metric that its target has too, instead of renaming them to `exported_…`.</summary>
        public bool HonorLabels { get; init; }

        /// <summary>Keeps the timestamps that targets give, instead of the time of the scrape.</summary>
        public bool HonorTimestamps { get; init; } = true;

        /// <summary>Sends what targets tell about their metrics (type, help, unit). It travels with the metrics unless this is `false`.</summary>
        public bool? HonorMetadata { get; init; }

        /// <summary>Marks series with timestamps of their own as ended, too, once they are gone.</summary>
        public bool TrackTimestampsStaleness { get; init; }

        /// <summary>Query parameters of each scrape.</summary>
        public ValueMap<ValueList<string>> Params { get; init; } = ValueMap<ValueList<string>>.Empty;

        /// <summary>Time between two scrapes of a target.</summary>
        public TimeSpan ScrapeInterval { get; init; } = TimeSpan.FromMinutes(1);

        /// <summary>Time that a scrape may take.</summary>
        public TimeSpan ScrapeTimeout { get; init; } = TimeSpan.FromSeconds(10);

        /// <summary>Path that metrics are read from.</summary>
        public string MetricsPath { get; init; } = "/metrics";

        /// <summary>Protocol of the URL, `http` or `https`.</summary>
        public string Scheme { get; init; } = "http";

        /// <summary>Adds `scrape_timeout_seconds`, `scrape_sample_limit` and `scrape_body_size_bytes` for each target.</summary>
        public bool ExtraMetrics { get; init; }

        /// <summary>Asks targets to compress their answers.</summary>
        public bool EnableCompression { get; init; } = true;

        /// <summary>File that each failed scrape is appended to, a line of JSON each.</summary>
        public string ScrapeFailureLogFile { get; init; } = "";

        /// <summary>Adds what the target tells of a metric as the labels `__type__` and `__unit__`.</summary>
        public bool EnableTypeAndUnitLabels { get; init; }

        /// <summary>Sends a zero for the time at which a counter, summary or histogram began to count, where the target tells it.</summary>
        public bool StartTimestampZeroIngestion { get; init; }

        [Flatten] public ScrapeFormatOptions Format { get; init; } = new();

        [Flatten] public ScrapeLimitOptions Limits { get; init; } = new();

        [Flatten] public HttpClientOptions Http { get; init; } = new();

        /// <summary>Shares targets among the agents of a cluster.</summary>
        [Block] public ClusteringOptions? Clustering { get; init; }

        public void Validate(ValidationContext context)
        {
            if (ScrapeInterval <= TimeSpan.Zero)
            {
                context.Error("scrape_interval", "cannot scrape targets: scrape_interval must be greater than 0");
            }
            if (ScrapeTimeout <= TimeSpan.Zero)
            {
                context.Error("scrape_timeout", "cannot scrape targets: scrape_timeout must be greater than 0");
            }
            else if (ScrapeTimeout > ScrapeInterval)
            {
                context.Error(
                    context.IsSet("scrape_timeout") ? "scrape_timeout" : "scrape_interval",
                    $"cannot scrape targets: scrape_timeout ({GoDuration.Format(ScrapeTimeout)}) is greater than scrape_interval ({GoDuration.Format(ScrapeInterval)})",
                    "set scrape_timeout to at most scrape_interval");
            }
            if (Clustering is { Enabled: true })
            {
                context.Warn("clustering", "there is no clustering: this agent scrapes all the targets it is given");
            }
        }
    }

    public sealed record ClusteringOptions
    {
        /// <summary>Whether targets are shared.</summary>
        public required bool Enabled { get; init; }
    }

    public int DroppedCount => _run?.Plan?.Dropped.Count ?? 0;

    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop)
    {
        lock (_gate)
        {
            _arguments = arguments;
            _run?.Apply(arguments);
        }
        return ValueTask.CompletedTask;
    }

    public async Task RunAsync(CancellationToken stop)
    {
        using var run = new ScrapeRun(context);
        // Arguments that come while a run begins must not be overtaken by older ones.
        lock (_gate)
        {
            _run = run;
            run.Apply(_arguments!);
        }
        await run.RunAsync(stop);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public Value DebugState() => _run?.DebugState() ?? Value.Null;

    public IEnumerable<ActiveTarget> ActiveTargets() => _run?.ActiveTargets().Select(TargetStates.Of) ?? [];

    public TargetCounts Count() => TargetStates.Count(_run?.ActiveTargets() ?? []);

    public ValueTask<TargetAnswer?> AskAsync(string url, CancellationToken stop) => _run?.AskAsync(url, stop) ?? ValueTask.FromResult<TargetAnswer?>(null);

    public IEnumerable<LabelSet> DroppedTargets() => _run?.Plan is { } plan
        ? plan.Dropped.Select(given => TargetSecrets.Hide(ScrapeTarget.Populate(given, plan.Arguments, plan.Job)))
        : [];

    public IEnumerable<TargetMetadata> Metadata(string? family) => _run?.ActiveTargets().Select(target => TargetStates.Metadata(target, family)) ?? [];
}
