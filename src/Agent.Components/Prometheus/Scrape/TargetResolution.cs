using Agent.Telemetry;

namespace Agent.Components.Prometheus.Scrape;

/// <summary>What became of the targets that arguments ask for.</summary>
internal sealed class TargetResolution(int capacity)
{
    /// <summary>Each once.</summary>
    public HashSet<ScrapeTarget> Targets { get; } = new(capacity);

    /// <summary>Why targets cannot be scraped.</summary>
    public List<string> Errors { get; } = [];

    /// <summary>Those that are given more than once, a time less than they are given.</summary>
    public List<ScrapeTarget> Repeated { get; } = [];

    /// <summary>Labels of both, as they came.</summary>
    public List<LabelSet> Dropped { get; } = [];
}
