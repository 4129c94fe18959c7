using System.Text;
using Agent.Telemetry.Logs;
using Agent.Testing;

namespace Agent.Telemetry.Tests.Logs;

public sealed class LogFanOutTests
{
    [Fact]
    public async Task Every_consumer_gets_the_batch()
    {
        LogCollector[] collectors = [new(), new(), new()];
        await LogFanOut.Of(collectors).ConsumeAsync(Batch("a", "b"), CancellationToken.None);

        Assert.All(collectors, static collector => Assert.Equal(["a", "b"], collector.Lines));
    }

    [Fact]
    public async Task The_batch_is_taken_only_when_the_slowest_has_taken_it_and_the_others_do_not_wait_for_that()
    {
        var slow = new Gate();
        var quick = new LogCollector();
        ValueTask task = LogFanOut.Of([slow, quick]).ConsumeAsync(Batch("a"), CancellationToken.None);

        Assert.Equal(["a"], quick.Lines);
        Assert.False(task.IsCompleted);
        slow.Open();
        await task.AsTask().WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_consumer_that_fails_fails_the_call_after_the_others_have_taken_the_batch()
    {
        var failing = new Gate();
        var quick = new LogCollector();
        ValueTask task = LogFanOut.Of([failing, quick]).ConsumeAsync(Batch("a"), CancellationToken.None);
        failing.Fail(new IOException("gone"));

        await Assert.ThrowsAsync<IOException>(async () => await task);
        Assert.Equal(["a"], quick.Lines);
    }

    [Fact]
    public void One_consumer_is_used_as_it_is()
    {
        var only = new LogCollector();
        Assert.Same(only, LogFanOut.Of([only]));
    }

    [Fact]
    public void A_cleared_batch_is_empty_and_counts_from_zero()
    {
        using LogBatch batch = Batch("four");
        Assert.Equal((1, 4L), (batch.Count, batch.LineBytes));
        batch.Clear();

        Assert.Equal((0, 0L), (batch.Count, batch.LineBytes));
        Assert.Null(batch.Receipt);
    }

    private static LogBatch Batch(params string[] lines)
    {
        var batch = new LogBatch();
        foreach (string line in lines)
        {
            batch.Add(new LogEntry(LabelSet.Empty, 1, Encoding.UTF8.GetBytes(line)));
        }
        return batch;
    }

    private sealed class Gate : ILogConsumer
    {
        private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Open() => _open.SetResult();

        public void Fail(Exception exception) => _open.SetException(exception);

        public ValueTask ConsumeAsync(LogBatch batch, CancellationToken stop) => new(_open.Task);
    }
}
