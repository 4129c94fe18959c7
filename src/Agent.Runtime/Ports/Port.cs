using System.Runtime.CompilerServices;
using Agent.Runtime.Graph;
using Agent.Sdk;
using Agent.Sdk.Metrics;
using Agent.Telemetry.Logs;
using Agent.Telemetry.Metrics;
using Microsoft.Extensions.Logging;

namespace Agent.Runtime.Ports;

/// <summary>The receiver of one component as others see it.</summary>
public abstract class Port
{
    private protected Port(PortOwner owner) => Component = owner;

    /// <summary>Id of the component behind the port.</summary>
    public string Owner => Component.Id;

    /// <summary>What the component exported.</summary>
    internal abstract object Receiver { get; }

    private protected PortOwner Component { get; }

    /// <summary>The port that fits a receiver; null where the value is none, or a port already. A receiver takes one kind of data.</summary>
    internal static Port? Around(object content, PortOwner owner) => content switch
    {
        Port => null,
        ILogConsumer logs => new LogPort(logs, owner),
        IMetricConsumer metrics => new MetricPort(metrics, owner),
        _ => null,
    };

    /// <summary>The arrow that leads here from another component.</summary>
    internal abstract Edge EdgeFrom(PortOwner sender);
}

/// <summary>Counts, times, and keeps a failure of the component from spreading.</summary>
/// <remarks>One per exported receiver, however often it is exported again.</remarks>
/// <typeparam name="TBatch">What the receiver takes.</typeparam>
public abstract partial class Port<TBatch> : Port
{
    private readonly Counter _dropped;
    private readonly string _items;

    /// <param name="owner">The component.</param>
    /// <param name="items">What is in a batch, in the plural and in lower case.</param>
    private protected Port(PortOwner owner, string items)
        : base(owner)
    {
        _items = items;
        _dropped = owner.Metrics.Counter($"invar_port_dropped_{items}_total", $"Lost {items} because a component failed to take them.");
    }

    public ValueTask ConsumeAsync(TBatch batch, CancellationToken stop) => ConsumeAsync(batch, null, stop);

    /// <summary>The same for a known sender, whose own time this is not.</summary>
    internal ValueTask ConsumeAsync(TBatch batch, PortOwner? sender, CancellationToken stop)
    {
        long start = Component.Time.GetTimestamp();
        ValueTask task;
        Component.Enter();
        try
        {
            task = HandOverAsync(batch, stop);
        }
#pragma warning disable CA1031 // The one place where a consumer's exception is turned into an unhealthy component.
        catch (Exception exception)
        {
            Component.Leave();
            if (IsStop(exception, stop))
            {
                throw;
            }
            Failed(batch, exception);
            return ValueTask.CompletedTask;
        }
#pragma warning restore CA1031
        if (!task.IsCompletedSuccessfully)
        {
            return AwaitAsync(task, batch, (start, sender), stop);
        }
        Component.Leave();
        Done(start, sender);
        return ValueTask.CompletedTask;
    }

    private protected abstract ValueTask HandOverAsync(TBatch batch, CancellationToken stop);

    private protected abstract int CountOf(TBatch batch);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask AwaitAsync(ValueTask task, TBatch batch, (long Start, PortOwner? Sender) call, CancellationToken stop)
    {
        try
        {
            await task.ConfigureAwait(false);
            Done(call.Start, call.Sender);
        }
#pragma warning disable CA1031 // As above.
        catch (Exception exception) when (!IsStop(exception, stop))
        {
            Failed(batch, exception);
        }
#pragma warning restore CA1031
        finally
        {
            Component.Leave();
        }
    }

    private static bool IsStop(Exception exception, CancellationToken stop) =>
        exception is OperationCanceledException && stop.IsCancellationRequested;

    private void Done(long start, PortOwner? sender)
    {
        long ticks = Component.Time.GetTimestamp() - start;
        Component.Worked(ticks);
        sender?.Handing(ticks);
        if (Component.HasFailed)
        {
            Component.HasFailed = false;
            Component.Health.Report(HealthSource.Port, HealthState.Healthy, "");
        }
    }

    // A consumer that throws has a bug: the same batch would fail for ever. So it is dropped, counted and shown, and the next one is tried.
    private void Failed(TBatch batch, Exception exception)
    {
        int count = CountOf(batch);
        Component.HasFailed = true;
        _dropped.Add(count);
        Component.Health.Report(HealthSource.Port, HealthState.Unhealthy, $"cannot take {_items}: {exception.Message}");
        LogFailure(Component.Logger, exception, count, _items);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "dropped a batch of {Count} {Items}: the component failed to take it")]
    private static partial void LogFailure(ILogger logger, Exception exception, int count, string items);
}
