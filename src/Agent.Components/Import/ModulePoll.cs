using System.Threading.Channels;
using Agent.Sdk;
using Agent.Sdk.Modules;
using Microsoft.Extensions.Logging;

namespace Agent.Components.Import;

/// <summary>One place elsewhere that modules come from, made for one set of arguments.</summary>
internal interface IModuleFetch : IDisposable
{
    /// <summary>Gets the present version.</summary>
    /// <exception cref="ComponentException">It cannot be had now.</exception>
    Task<ModuleContent> FetchAsync(CancellationToken stop);

    /// <summary>The last version that worked, or null.</summary>
    ModuleContent? LastGood();

    /// <summary>Keeps a version that works.</summary>
    void Keep(ModuleContent content);
}

/// <summary>Fetches a module when its arguments come, after each interval, and sooner after a failure; the last good version stands in.</summary>
internal sealed partial class ModulePoll(ComponentContext context) : IDisposable
{
    /// <summary>Longest time that a load waits for the first answer; below what one component may take to accept its arguments.</summary>
    private static readonly TimeSpan FirstLimit = TimeSpan.FromSeconds(8);

    /// <summary>Ends a fetch that hangs; each kind has shorter limits of its own.</summary>
    private static readonly TimeSpan LongestFetch = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromMinutes(1);
    private readonly ILogger _logger = context.Logger;
    private readonly Channel<bool> _arrivals = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Lock _gate = new();
    private IModuleFetch? _fetch;
    private TimeSpan _interval;
    private bool _hasFailed;

    /// <summary>Takes another place to fetch from and tries it once.</summary>
    /// <param name="fetch">Disposed of with the poll, or when another one comes.</param>
    /// <param name="interval">Time between two fetches; zero for none after the first good one.</param>
    /// <param name="stop">Gives up.</param>
    public async ValueTask ApplyAsync(IModuleFetch fetch, TimeSpan interval, CancellationToken stop)
    {
        lock (_gate)
        {
            _fetch?.Dispose();
            (_fetch, _interval) = (fetch, interval);
        }
        if (!await TryFetchAsync(fetch, FirstLimit, stop) && fetch.LastGood() is { } last)
        {
            context.Export(last);
        }
        _arrivals.Writer.TryWrite(true);
    }

    public async Task RunAsync(CancellationToken stop)
    {
        TimeSpan retry = FirstRetry;
        while (!stop.IsCancellationRequested)
        {
            (IModuleFetch fetch, TimeSpan interval) = Current();
            TimeSpan wait = !_hasFailed ? interval : interval > TimeSpan.Zero && interval < retry ? interval : retry;
            if (await WaitAsync(wait, stop))
            {
                // Arguments have come, and have been tried.
                retry = FirstRetry;
                continue;
            }
            if (!stop.IsCancellationRequested)
            {
                bool good = await TryFetchAsync(fetch, LongestFetch, stop);
                retry = good ? FirstRetry : retry * 2 < LongestRetry ? retry * 2 : LongestRetry;
            }
        }
    }

    /// <summary>A version works: it is kept for times when there is none to be had.</summary>
    public void Accept(ModuleContent content)
    {
        try
        {
            Current().Fetch.Keep(content);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            LogNotKept(exception.Message);
        }
    }

    public void Dispose() => _fetch?.Dispose();

    private (IModuleFetch Fetch, TimeSpan Interval) Current()
    {
        lock (_gate)
        {
            return (_fetch!, _interval);
        }
    }

    /// <summary>True where new arguments ended the wait.</summary>
    private async Task<bool> WaitAsync(TimeSpan wait, CancellationToken stop)
    {
        using var elapsed = new CancellationTokenSource(wait > TimeSpan.Zero ? wait : Timeout.InfiniteTimeSpan, context.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, elapsed.Token);
        try
        {
            return await _arrivals.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task<bool> TryFetchAsync(IModuleFetch fetch, TimeSpan longest, CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(longest, context.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, limit.Token);
        try
        {
            context.Export(await fetch.FetchAsync(either.Token));
            _hasFailed = false;
            context.ReportHealth(HealthState.Healthy, "module fetched");
            return true;
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            Fail($"no answer within {GoDuration.Format(longest)}");
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            _hasFailed = true;
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException && !ReferenceEquals(fetch, Current().Fetch))
        {
            // New arguments have come meanwhile, and have been tried.
        }
        catch (ComponentException exception)
        {
            Fail(exception.Message);
        }
        return false;
    }

    private void Fail(string cause)
    {
        _hasFailed = true;
        string message = $"cannot fetch the module, the last version stays: {cause}";
        context.ReportHealth(HealthState.Unhealthy, message);
        LogFailed(message);
    }

    [LoggerMessage(LogLevel.Warning, "{Cause}")]
    private partial void LogFailed(string cause);

    [LoggerMessage(LogLevel.Warning, "cannot keep the module for a restart: {Cause}")]
    private partial void LogNotKept(string cause);
}
