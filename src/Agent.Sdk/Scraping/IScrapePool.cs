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

    /// <summary>How the targets that are scraped are.</summary>
    TargetCounts Count()
    {
        int[] counts = new int[3];
        foreach (ActiveTarget target in ActiveTargets())
        {
            counts[target.Last is null ? 2 : target.Last.Error.Length == 0 ? 0 : 1]++;
        }
        return new TargetCounts(counts[0], counts[1], counts[2]);
    }

    /// <summary>Asks a target that is scraped for its metrics, as a scrape would; the answer goes to nobody else.</summary>
    /// <param name="url">The target's, as <see cref="ActiveTargets"/> tells it.</param>
    /// <param name="stop">Gives up.</param>
    /// <returns>Null where no target that is scraped has that URL.</returns>
    ValueTask<TargetAnswer?> AskAsync(string url, CancellationToken stop) => ValueTask.FromResult<TargetAnswer?>(null);
}
