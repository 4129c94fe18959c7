using Agent.Telemetry.Logs;

namespace Agent.Components.Tests.Loki;

/// <summary>A sink that is full: takes nothing until its caller stops, or fails where it is told to.</summary>
internal sealed class BlockingConsumer : ILogConsumer
{
    private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Exception? Failure { get; init; }

    /// <summary>Completes when the first batch has come.</summary>
    public Task Entered => _entered.Task.WaitAsync(TimeSpan.FromSeconds(30));

    public async ValueTask ConsumeAsync(LogBatch batch, CancellationToken stop)
    {
        _entered.TrySetResult();
        if (Failure is not null)
        {
            throw Failure;
        }
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);
    }
}
