namespace Agent.Telemetry.Metrics;

public static class MetricTypeName
{
    /// <summary>As OpenMetrics and Prometheus's API name it.</summary>
    public static ReadOnlySpan<byte> Of(MetricType type) => type switch
    {
        MetricType.Counter => "counter"u8,
        MetricType.Gauge => "gauge"u8,
        MetricType.Histogram => "histogram"u8,
        MetricType.GaugeHistogram => "gaugehistogram"u8,
        MetricType.Summary => "summary"u8,
        MetricType.Info => "info"u8,
        MetricType.Stateset => "stateset"u8,
        _ => "unknown"u8,
    };
}
