namespace Agent.Telemetry.Metrics;

/// <summary>Takes metric samples: what Alloy calls a metrics receiver.</summary>
public interface IMetricConsumer
{
    /// <summary>
    /// Takes a batch. The task completes when the consumer no longer needs the batch's memory; an unfinished task is
    /// backpressure. Cancelled only when the caller stops; samples not taken by then are not settled.
    /// </summary>
    ValueTask ConsumeAsync(MetricBatch batch, CancellationToken stop);
}
