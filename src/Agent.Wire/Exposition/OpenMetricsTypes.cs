using Agent.Telemetry.Metrics;

namespace Agent.Wire.Exposition;

/// <summary>The names of types in OpenMetrics.</summary>
internal static class OpenMetricsTypes
{
    public static bool TryRead(ReadOnlySpan<byte> name, out MetricType type)
    {
        MetricType? found = name switch
        {
            _ when name.SequenceEqual("counter"u8) => MetricType.Counter,
            _ when name.SequenceEqual("gauge"u8) => MetricType.Gauge,
            _ when name.SequenceEqual("histogram"u8) => MetricType.Histogram,
            _ when name.SequenceEqual("gaugehistogram"u8) => MetricType.GaugeHistogram,
            _ when name.SequenceEqual("summary"u8) => MetricType.Summary,
            _ when name.SequenceEqual("info"u8) => MetricType.Info,
            _ when name.SequenceEqual("stateset"u8) => MetricType.Stateset,
            _ when name.SequenceEqual("unknown"u8) => MetricType.Unknown,
            _ => null,
        };
        type = found ?? MetricType.Unknown;
        return found is not null;
    }
}
