namespace Agent.Telemetry.Metrics;

/// <summary>What a metric family measures. The numbers are those of remote write, version 1 and 2 alike.</summary>
public enum MetricType
{
    /// <summary>Also what the text format calls untyped.</summary>
    Unknown = 0,
    Counter = 1,
    Gauge = 2,
    Histogram = 3,
    GaugeHistogram = 4,
    Summary = 5,
    Info = 6,
    Stateset = 7,
}
