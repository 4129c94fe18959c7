using Agent.Sdk;
using Microsoft.Extensions.Logging;

namespace Agent.Runtime.Graph;

/// <summary>Keeps one component running: the one place where whatever a component throws ends up.</summary>
internal sealed partial class ComponentHost(ComponentNode node, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan FirstBackoff = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromMinutes(1);

    /// <summary>Stands for a component that has ended, or has not begun: nothing of it is kept.</summary>
    private static readonly Task Nothing = Task.CompletedTask;

    private CancellationTokenSource? _stop;
    private Task? _running;

    public bool IsStarted { get; private set; }

    public void Start()
    {
        IsStarted = true;
        _stop = new CancellationTokenSource();
        (node.Component as IActivated)?.Activate();
        node.OpenHttp();
        // A component without work of its own may have ended already.
        Interlocked.CompareExchange(ref _running, LoopAsync(_stop.Token), null);
    }

    /// <summary>Asks the component to stop and waits at most <paramref name="limit"/>; false where it is still running then.</summary>
    public async Task<bool> StopAsync(TimeSpan limit)
    {
        node.CloseHttp();
        if (_stop is null)
        {
            return true;
        }
        await _stop.CancelAsync().ConfigureAwait(false);
        try
        {
            await (Volatile.Read(ref _running) ?? Nothing).WaitAsync(limit, time).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            LogStuck(node.Logger, limit);
            return false;
        }
    }

    /// <summary>Only after the component has stopped.</summary>
    public void Dispose() => _stop?.Dispose();

    // One method, not one a try: what waits in it is kept for each idle component.
    private async Task LoopAsync(CancellationToken stop)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        TimeSpan backoff = FirstBackoff;
        while (!stop.IsCancellationRequested)
        {
            long started = time.GetTimestamp();
            Task run = Run(stop);
            await run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (HasEnded(run, stop))
            {
                break;
            }
            backoff = time.GetElapsedTime(started) > LongestBackoff ? FirstBackoff : backoff;
            await Task.Delay(backoff, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            backoff = backoff * 2 < LongestBackoff ? backoff * 2 : LongestBackoff;
        }
        Volatile.Write(ref _running, Nothing);
    }

    private Task Run(CancellationToken stop)
    {
        node.Health.Report(HealthSource.Run, HealthState.Healthy, "started component");
        try
        {
            return node.Component.RunAsync(stop);
        }
#pragma warning disable CA1031 // As what comes later: it is looked at where the task has ended.
        catch (Exception exception)
        {
            return Task.FromException(exception);
        }
#pragma warning restore CA1031
    }

    /// <summary>
    /// True where the component was stopped, or has no work of its own. Else what it threw is reported: whatever that is makes it unhealthy,
    /// never the process end.
    /// </summary>
    private bool HasEnded(Task run, CancellationToken stop)
    {
        if (run.IsCompletedSuccessfully)
        {
            return true;
        }
        Exception exception = run.Exception?.InnerException ?? new TaskCanceledException(run);
        if (exception is OperationCanceledException && stop.IsCancellationRequested)
        {
            return true;
        }
        node.Health.Report(HealthSource.Run, HealthState.Unhealthy, exception.Message);
        if (exception is ComponentException)
        {
            LogCircumstance(node.Logger, exception.Message);
        }
        else
        {
            LogCrash(node.Logger, exception);
        }
        return false;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "component cannot work now, it is tried again: {Cause}")]
    private static partial void LogCircumstance(ILogger logger, string cause);

    [LoggerMessage(Level = LogLevel.Error, Message = "component failed, it is started again")]
    private static partial void LogCrash(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "component did not stop within {Limit}")]
    private static partial void LogStuck(ILogger logger, TimeSpan limit);
}
