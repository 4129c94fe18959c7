using System.Runtime.CompilerServices;
using Agent.Runtime.Graph;
using Agent.Sdk;
using Agent.Telemetry.Logs;
using Microsoft.Extensions.Logging;

namespace Agent.Runtime.Ports;

/// <summary>The receiver of one component as others see it: counts, times, and keeps a failure of the component from spreading.</summary>
/// <remarks>One per exported receiver, however often it is exported again.</remarks>
public sealed partial class LogPort : ILogConsumer
{
    private readonly ILogConsumer _inner;
    private readonly PortOwner _owner;

    internal LogPort(ILogConsumer inner, PortOwner owner)
    {
        _inner = inner;
        _owner = owner;
    }

    /// <summary>Id of the component behind the port.</summary>
    public string Owner => _owner.Id;

    internal ILogConsumer Inner => _inner;

    public ValueTask ConsumeAsync(LogBatch batch, CancellationToken stop)
    {
        long start = _owner.Time.GetTimestamp();
        ValueTask task;
        try
        {
            task = _inner.ConsumeAsync(batch, stop);
        }
#pragma warning disable CA1031 // The one place where a consumer's exception is turned into an unhealthy component.
        catch (Exception exception) when (!IsStop(exception, stop))
        {
            Failed(batch, exception);
            return ValueTask.CompletedTask;
        }
#pragma warning restore CA1031
        if (!task.IsCompletedSuccessfully)
        {
            return AwaitAsync(task, batch, start, stop);
        }
        Done(start);
        return ValueTask.CompletedTask;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask AwaitAsync(ValueTask task, LogBatch batch, long start, CancellationToken stop)
    {
        try
        {
            await task.ConfigureAwait(false);
            Done(start);
        }
#pragma warning disable CA1031 // As above.
        catch (Exception exception) when (!IsStop(exception, stop))
        {
            Failed(batch, exception);
        }
#pragma warning restore CA1031
    }

    private static bool IsStop(Exception exception, CancellationToken stop) =>
        exception is OperationCanceledException && stop.IsCancellationRequested;

    private void Done(long start)
    {
        _owner.Busy(start);
        if (_owner.HasFailed)
        {
            _owner.HasFailed = false;
            _owner.Health.Report(HealthSource.Port, HealthState.Healthy, "");
        }
    }

    // A consumer that throws has a bug: the same batch would fail for ever. So it is dropped, counted and shown, and the next one is tried.
    private void Failed(LogBatch batch, Exception exception)
    {
        _owner.HasFailed = true;
        _owner.Dropped.Add(batch.Count);
        _owner.Health.Report(HealthSource.Port, HealthState.Unhealthy, $"cannot take entries: {exception.Message}");
        LogFailure(_owner.Logger, exception, batch.Count);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "dropped a batch of {Entries} entries: the component failed to take it")]
    private static partial void LogFailure(ILogger logger, Exception exception, int entries);
}
