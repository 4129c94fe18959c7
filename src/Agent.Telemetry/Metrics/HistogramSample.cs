namespace Agent.Telemetry.Metrics;

/// <summary>One native histogram of a batch; its content is <see cref="MetricBatch.HistogramAt"/> of the same index.</summary>
/// <param name="Timestamp">Milliseconds since the Unix epoch.</param>
/// <param name="StartTimestamp">When counting began, in the same unit; 0 where unknown.</param>
public readonly record struct HistogramSample(MetricSeries Series, long Timestamp, long StartTimestamp = 0);
