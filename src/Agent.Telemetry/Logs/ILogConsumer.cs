namespace Agent.Telemetry.Logs;

/// <summary>Takes log entries: what Alloy calls a logs receiver.</summary>
public interface ILogConsumer
{
    /// <summary>
    /// Takes a batch. The task completes when the consumer no longer needs the batch's memory; an unfinished task is
    /// backpressure. Cancelled only when the caller stops; entries not taken by then are not settled.
    /// </summary>
    ValueTask ConsumeAsync(LogBatch batch, CancellationToken stop);
}
