namespace Agent.Telemetry.Logs;

/// <summary>Hands each batch to every consumer; all are asked at once, and all must have taken it.</summary>
public sealed class LogFanOut(IReadOnlyList<ILogConsumer> consumers) : ILogConsumer
{
    private readonly ILogConsumer[] _consumers = [.. consumers];

    /// <summary>The one consumer itself where there is only one.</summary>
    public static ILogConsumer Of(IReadOnlyList<ILogConsumer> consumers) =>
        consumers.Count == 1 ? consumers[0] : new LogFanOut(consumers);

    public ValueTask ConsumeAsync(LogBatch batch, CancellationToken stop)
    {
        List<Task>? pending = null;
        foreach (ILogConsumer consumer in _consumers)
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
