using Agent.Telemetry.Metrics;

namespace Agent.Components.Prometheus.RemoteWrite;

/// <summary>What a series of a source is to a lane.</summary>
/// <param name="source">As it came.</param>
/// <param name="series">As it is sent; null where a rule drops it.</param>
/// <param name="shard">Where it is sent.</param>
internal sealed class MappedSeries(MetricSeries source, MetricSeries? series, int shard)
{
    public MetricSeries Source => source;

    public MetricSeries? Series => series;

    public int Shard => shard;

    /// <summary>The series that came after it last time, and most likely does again.</summary>
    public MappedSeries? Next { get; set; }

    /// <summary>The round of <see cref="SeriesMap"/> in which it was last used.</summary>
    public int Round { get; set; }
}
