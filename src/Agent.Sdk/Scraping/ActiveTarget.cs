using Agent.Telemetry;
using Agent.Telemetry.Metrics;

namespace Agent.Sdk.Scraping;

/// <summary>A target that is scraped, and how that went last.</summary>
public sealed record ActiveTarget
{
    /// <summary>Labels as they came, with those of the configuration that they lacked.</summary>
    public required LabelSet Discovered { get; init; }

    /// <summary>Labels that its samples get.</summary>
    public required LabelSet Labels { get; init; }

    public required string Url { get; init; }

    /// <summary>As Prometheus writes durations: <c>1m30s</c>.</summary>
    public required string Interval { get; init; }

    /// <summary>As Prometheus writes durations.</summary>
    public required string Timeout { get; init; }

    /// <summary>Null before the first scrape has ended.</summary>
    public TargetScrapeResult? Last { get; init; }
}

/// <summary>How the last scrape of a target went.</summary>
/// <param name="At">When it began.</param>
/// <param name="Duration">How long it took.</param>
/// <param name="Error">Why it failed; empty where it did not.</param>
public sealed record TargetScrapeResult(DateTimeOffset At, TimeSpan Duration, string Error)
{
    /// <summary>Samples that the target gave.</summary>
    public int Scraped { get; init; }

    /// <summary>Samples of those that are left after relabelling.</summary>
    public int Kept { get; init; }
}

/// <summary>How many targets are how.</summary>
/// <param name="Up">The last scrape went well.</param>
/// <param name="Down">It failed.</param>
/// <param name="Unknown">None has ended yet.</param>
public readonly record struct TargetCounts(int Up, int Down, int Unknown)
{
    public int All => Up + Down + Unknown;
}

/// <summary>What a target answers when it is asked beside its ordinary scrapes.</summary>
/// <param name="ContentType">As the target names it.</param>
/// <param name="Body">Decompressed.</param>
/// <param name="Error">Why there is no answer, without secrets; empty where there is one.</param>
public sealed record TargetAnswer(string ContentType, ReadOnlyMemory<byte> Body, string Error);

/// <summary>What a target tells of its metrics.</summary>
/// <param name="Target">The labels that its samples get.</param>
/// <param name="Families">One for each metric family that it describes.</param>
public sealed record TargetMetadata(LabelSet Target, IReadOnlyList<MetricMetadata> Families);
