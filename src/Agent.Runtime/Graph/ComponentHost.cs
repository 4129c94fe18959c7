using Agent.Sdk;
using Microsoft.Extensions.Logging;

namespace Agent.Runtime.Graph;

/// <summary>Keeps one component running: the one place where whatever a component throws ends up.</summary>
internal sealed partial class ComponentHost(ComponentNode node, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan FirstBackoff = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromMinutes(1);
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    public bool IsStarted { get; private set; }

    public void Start()
    {
        IsStarted = true;
        (node.Component as IActivated)?.Activate();
        node.OpenHttp();
        _running = Task.Run(LoopAsync);
    }

    /// <summary>Asks the component to stop and waits at most <paramref name="limit"/>; false where it is still running then.</summary>
    public async Task<bool> StopAsync(TimeSpan limit)
    {
        node.CloseHttp();
        await _stop.CancelAsync().ConfigureAwait(false);
        try
        {
            await _running.WaitAsync(limit, time).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            LogStuck(node.Logger, limit);
            return false;
        }
    }

    /// <summary>Only after the component has stopped.</summary>
    public void Dispose() => _stop.Dispose();

    private async Task LoopAsync()
    {
        TimeSpan backoff = FirstBackoff;
        while (!_stop.IsCancellationRequested)
        {
            long started = time.GetTimestamp();
            if (await RunOnceAsync().ConfigureAwait(false))
            {
                return;
            }
            backoff = time.GetElapsedTime(started) > LongestBackoff ? FirstBackoff : backoff;
            await Task.Delay(backoff, time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            backoff = backoff * 2 < LongestBackoff ? backoff * 2 : LongestBackoff;
        }
    }

    /// <summary>True where the component has ended: it was stopped, or it has no work of its own.</summary>
    private async Task<bool> RunOnceAsync()
    {
        try
        {
            node.Health.Report(HealthSource.Run, HealthState.Healthy, "started component");
            await node.Component.RunAsync(_stop.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            return true;
        }
        catch (ComponentException exception)
        {
            node.Health.Report(HealthSource.Run, HealthState.Unhealthy, exception.Message);
            LogCircumstance(node.Logger, exception.Message);
            return false;
        }
#pragma warning disable CA1031 // Whatever a component throws makes it unhealthy, never the process end.
        catch (Exception exception)
        {
            node.Health.Report(HealthSource.Run, HealthState.Unhealthy, exception.Message);
            LogCrash(node.Logger, exception);
            return false;
        }
#pragma warning restore CA1031
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "component cannot work now, it is tried again: {Cause}")]
    private static partial void LogCircumstance(ILogger logger, string cause);

    [LoggerMessage(Level = LogLevel.Error, Message = "component failed, it is started again")]
    private static partial void LogCrash(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "component did not stop within {Limit}")]
    private static partial void LogStuck(ILogger logger, TimeSpan limit);
}
