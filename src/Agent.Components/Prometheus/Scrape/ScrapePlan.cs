using Agent.Sdk.Http;
using Agent.Telemetry;
using Agent.Telemetry.Metrics;
using Agent.Wire.Exposition;

namespace Agent.Components.Prometheus.Scrape;

/// <summary>What all scrapes of a component go by; a change of the configuration makes another one. Read once a scrape.</summary>
internal sealed class ScrapePlan
{
    public ScrapePlan(PrometheusScrape.Arguments arguments, string job)
    {
        Arguments = arguments;
        Job = job;
        Consumer = MetricFanOut.Of(arguments.ForwardTo);
        Accept = ScrapeProtocols.AcceptHeader(arguments.Format.Protocols, arguments.Format.Escaping);
        Fallback = ScrapeProtocols.TryParse(arguments.Format.ScrapeFallbackProtocol, out ScrapeProtocol fallback)
            ? ScrapeProtocols.MediaType(fallback)
            : null;
        Labels = new LabelRules(arguments);
        MaxSchema = HistogramResolution.SchemaOf(arguments.Format.NativeHistogramMinBucketFactor);
        MaxBuckets = ScrapeLimitOptions.Of(arguments.Format.NativeHistogramBucketLimit);
        SampleLimit = ScrapeLimitOptions.Of(arguments.Limits.SampleLimit);
    }

    public PrometheusScrape.Arguments Arguments { get; }

    public string Job { get; }

    public IMetricConsumer Consumer { get; }

    /// <summary>The Accept header.</summary>
    public string Accept { get; }

    /// <summary>Media type of answers that do not tell theirs; null where they are refused.</summary>
    public string? Fallback { get; }

    public LabelRules Labels { get; }

    public int MaxSchema { get; }

    public int MaxBuckets { get; }

    public int SampleLimit { get; }

    /// <summary>Carry metadata. It is left out only where the configuration says so.</summary>
    public bool WithMetadata => Arguments.HonorMetadata ?? true;

    /// <summary>Targets, as they came, that are not scraped at all.</summary>
    public IReadOnlyList<LabelSet> Dropped { get; init; } = [];

    /// <summary>Why no target is scraped; null where they are.</summary>
    public string? Refusal { get; init; }

    public required ScrapeClient Client { get; init; }

    /// <summary>Pages of this process; null where all targets are others.</summary>
    public LocalHttp? Local { get; init; }

    /// <summary>The target is a page of this process, which no socket is needed for.</summary>
    public bool IsLocal(ScrapeTarget target) => Local is not null && target.Address == Local.Address && target.Url.StartsWith("http:", StringComparison.Ordinal);
}
