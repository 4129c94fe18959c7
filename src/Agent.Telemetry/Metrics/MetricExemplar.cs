namespace Agent.Telemetry.Metrics;

/// <summary>An example of what a series counts: mostly the trace of one request.</summary>
/// <param name="Labels">A <see cref="LabelBlock"/>, valid as long as its batch is.</param>
/// <param name="Timestamp">Milliseconds since the Unix epoch.</param>
public readonly record struct MetricExemplar(MetricSeries Series, ReadOnlyMemory<byte> Labels, double Value, long Timestamp);
