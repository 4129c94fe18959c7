namespace Agent.Telemetry.Metrics;

/// <summary>Hands each batch to every consumer; all are asked at once, and all must have taken it.</summary>
public sealed class MetricFanOut(IReadOnlyList<IMetricConsumer> consumers) : IMetricConsumer
{
    private readonly IMetricConsumer[] _consumers = [.. consumers];

    /// <summary>The one consumer itself where there is only one.</summary>
    public static IMetricConsumer Of(IReadOnlyList<IMetricConsumer> consumers) =>
        consumers.Count == 1 ? consumers[0] : new MetricFanOut(consumers);

    public ValueTask ConsumeAsync(MetricBatch batch, CancellationToken stop)
    {
        List<Task>? pending = null;
        foreach (IMetricConsumer consumer in _consumers)
        {
            ValueTask task = consumer.ConsumeAsync(batch, stop);
            if (!task.IsCompletedSuccessfully)
            {
                (pending ??= []).Add(task.AsTask());
            }
        }
        return pending is null ? ValueTask.CompletedTask : new ValueTask(Task.WhenAll(pending));
    }
}
