using Agent.Telemetry;

namespace Agent.Sdk.Scraping;

/// <summary>A component that scrapes targets, and tells how they are. Asked from any thread; what it tells is free of secrets.</summary>
/// <remarks>Each answer is of the moment it is asked for and made while it is read, so that ten thousand targets need no copy of themselves.</remarks>
public interface IScrapePool
{
    /// <summary>How many targets were given and are not scraped.</summary>
    int DroppedCount { get; }

    /// <summary>The targets that are scraped.</summary>
    IEnumerable<ActiveTarget> ActiveTargets();

    /// <summary>Labels, as discovered, of the targets that are not scraped: they have no address, or are given twice, or cannot be scraped as told.</summary>
    IEnumerable<LabelSet> DroppedTargets();

    /// <summary>What the targets that are scraped tell of their metrics.</summary>
    /// <param name="family">The metric family to tell of; null for all.</param>
    IEnumerable<TargetMetadata> Metadata(string? family);
}
