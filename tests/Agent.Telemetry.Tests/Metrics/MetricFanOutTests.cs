using Agent.Telemetry.Metrics;

namespace Agent.Telemetry.Tests.Metrics;

public sealed class MetricFanOutTests
{
    [Fact]
    public async Task All_consumers_are_asked_at_once_and_the_slowest_one_holds_the_batch()
    {
        var slow = new TaskCompletionSource();
        var first = new Consumer(slow.Task);
        var second = new Consumer(Task.CompletedTask);
        using var batch = new MetricBatch();

        ValueTask taken = new MetricFanOut([first, second]).ConsumeAsync(batch, CancellationToken.None);

        Assert.Equal((1, 1), (first.Batches, second.Batches));
        Assert.False(taken.IsCompleted);
        slow.SetResult();
        await taken;
    }

    [Fact]
    public void One_consumer_needs_no_fan_out()
    {
        var only = new Consumer(Task.CompletedTask);
        Assert.Same(only, MetricFanOut.Of([only]));
    }

    private sealed class Consumer(Task done) : IMetricConsumer
    {
        public int Batches { get; private set; }

        public ValueTask ConsumeAsync(MetricBatch batch, CancellationToken stop)
        {
            Batches++;
            return new ValueTask(done);
        }
    }
}
