using Agent.Telemetry.Metrics;

namespace Agent.Components.Prometheus.Scrape;

/// <summary>Keeps one instance of what a hundred targets of one program tell alike. Safe for use by many threads.</summary>
internal sealed class MetadataTable
{
    /// <summary>Entries after which the table starts anew; who holds what it gave out goes on holding it.</summary>
    private const int Capacity = 20_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<MetricMetadata, MetricMetadata> _known = [];

    public MetricMetadata Intern(MetricMetadata metadata)
    {
        lock (_gate)
        {
            if (_known.TryGetValue(metadata, out MetricMetadata? known))
            {
                return known;
            }
            if (_known.Count >= Capacity)
            {
                _known.Clear();
            }
            _known.Add(metadata, metadata);
            return metadata;
        }
    }
}
