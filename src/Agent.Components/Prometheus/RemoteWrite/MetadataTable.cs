using Agent.Telemetry.Metrics;

namespace Agent.Components.Prometheus.RemoteWrite;

/// <summary>What is known of metric families, for the requests of version 1 that repeat all of it now and then. Bounded; not thread safe.</summary>
internal sealed class MetadataTable
{
    /// <summary>Beyond this, all is forgotten and learned again from what sources say from then on.</summary>
    private const int Limit = 50_000;

    private readonly Dictionary<string, MetricMetadata> _families = new(StringComparer.Ordinal);

    public int Count => _families.Count;

    public IEnumerable<MetricMetadata> Families => _families.Values;

    /// <summary>Of targets that describe a family differently the last one counts, as receivers keep one description too.</summary>
    public void Add(ReadOnlySpan<MetricMetadata> families)
    {
        foreach (MetricMetadata family in families)
        {
            if (_families.Count >= Limit && !_families.ContainsKey(family.Family))
            {
                _families.Clear();
            }
            _families[family.Family] = family;
        }
    }
}
