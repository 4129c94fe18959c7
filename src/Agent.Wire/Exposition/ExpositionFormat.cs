namespace Agent.Wire.Exposition;

/// <summary>How a target's answer is read.</summary>
public enum ExpositionFormat
{
    /// <summary><see cref="PrometheusTextReader"/></summary>
    PrometheusText,

    /// <summary><see cref="OpenMetricsReader"/></summary>
    OpenMetrics,

    /// <summary><see cref="ProtobufExpositionReader"/></summary>
    Protobuf,
}
