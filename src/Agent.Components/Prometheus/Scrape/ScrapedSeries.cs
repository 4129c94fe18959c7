using Agent.Telemetry.Metrics;

namespace Agent.Components.Prometheus.Scrape;

/// <summary>One series of a target, as the scraper remembers it: 16 bytes and the series itself.</summary>
internal struct ScrapedSeries(MetricSeries series)
{
    // The scrape in which the series was tracked last, shifted by one; the lowest bit says that it was tracked in the scrape before that, too.
    private uint _tracked;

    public MetricSeries Series { get; } = series;

    /// <summary>The scrape in which the series was seen last.</summary>
    public uint Seen { readonly get; set; }

    /// <summary>Marks the series as one that has to be ended once it is gone. False where it was marked in this scrape already.</summary>
    /// <param name="continues">It was marked in the scrape before.</param>
    public bool Track(uint scrape, out bool continues)
    {
        uint last = _tracked >> 1;
        continues = last == scrape - 1 && last != 0;
        if (last == scrape)
        {
            return false;
        }
        _tracked = (scrape << 1) | (continues ? 1u : 0);
        return true;
    }

    /// <summary>Tracked in the scrape before and not in this one.</summary>
    public readonly bool IsGone(uint scrape) => _tracked >> 1 == scrape - 1 && _tracked >> 1 != 0;

    /// <summary>Tracked in the scrape before, whatever this one, which failed, had brought.</summary>
    public readonly bool WasThere(uint scrape) => IsGone(scrape) || (_tracked >> 1 == scrape && (_tracked & 1) != 0);

    public void Forget() => _tracked = 0;
}
