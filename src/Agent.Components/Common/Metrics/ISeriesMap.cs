using Agent.Telemetry.Metrics;

namespace Agent.Components.Common.Metrics;

/// <summary>Says what becomes of the series of one batch. A structure, so that the loops over samples call it directly.</summary>
internal interface ISeriesMap
{
    /// <summary>The series itself where it stays as it is; null where it is dropped.</summary>
    MetricSeries? Map(MetricSeries series, SeriesUse use);

    /// <summary>The metadata itself where it stays as it is.</summary>
    MetricMetadata Map(MetricMetadata metadata);

    /// <summary>The batch is through, before it is sent on: the place to count.</summary>
    void Finish();
}

/// <summary>What a series is named for.</summary>
internal enum SeriesUse
{
    /// <summary>A sample or a native histogram.</summary>
    Sample,

    /// <summary>A stale marker: the series has ended.</summary>
    End,

    Exemplar,
}
