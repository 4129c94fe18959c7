using System.Threading.Channels;
using Agent.Sdk;
using Agent.Sdk.Modules;
using Microsoft.Extensions.Logging;

namespace Agent.Components.Import;

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

    /// <summary>One fetch at a time: the next one may use the same files.</summary>
    private readonly SemaphoreSlim _turn = new(1, 1);

    private Place? _place;
    private volatile bool _hasFailed;

    private Place Current => Volatile.Read(ref _place)!;

    /// <summary>Takes another place to fetch from and tries it once.</summary>
    /// <param name="fetch">Disposed of with the poll, or when another one comes.</param>
    /// <param name="interval">Time between two fetches; zero for none after the first good one.</param>
    /// <param name="stop">Gives up.</param>
    public async ValueTask ApplyAsync(IModuleFetch fetch, TimeSpan interval, CancellationToken stop)
    {
        var place = new Place(fetch, interval);
        if (Interlocked.Exchange(ref _place, place) is { } former)
        {
            await former.Replaced.CancelAsync();
            await _turn.WaitAsync(stop);
            former.Dispose();
            _turn.Release();
        }
        if (!await TryFetchAsync(place, FirstLimit, stop) && fetch.LastGood() is { } last)
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
            Place place = Current;
            TimeSpan interval = place.Interval;
            TimeSpan wait = !_hasFailed ? interval : interval > TimeSpan.Zero && interval < retry ? interval : retry;
            if (await WaitAsync(wait, stop))
            {
                // Arguments have come, and have been tried.
                retry = FirstRetry;
                continue;
            }
            if (!stop.IsCancellationRequested)
            {
                bool good = await TryFetchAsync(place, LongestFetch, stop);
                retry = good ? FirstRetry : retry * 2 < LongestRetry ? retry * 2 : LongestRetry;
            }
        }
    }

    /// <summary>A version works: it is kept for times when there is none to be had.</summary>
    public void Accept(ModuleContent content)
    {
        try
        {
            Current.Fetch.Keep(content);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            LogNotKept(exception.Message);
        }
    }

    public void Dispose()
    {
        _place?.Dispose();
        _turn.Dispose();
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

    private async Task<bool> TryFetchAsync(Place place, TimeSpan longest, CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(longest, context.Time);
        try
        {
            using var any = CancellationTokenSource.CreateLinkedTokenSource(stop, limit.Token, place.Replaced.Token);
            await _turn.WaitAsync(any.Token);
            try
            {
                context.Export(await place.Fetch.FetchAsync(any.Token));
            }
            finally
            {
                _turn.Release();
            }
            _hasFailed = false;
            context.ReportHealth(HealthState.Healthy, "module fetched");
            return true;
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException or ComponentException && !ReferenceEquals(place, Current))
        {
            // New arguments have come meanwhile, and have been tried.
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            Fail($"no answer within {GoDuration.Format(longest)}");
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            _hasFailed = true;
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

    /// <summary>Where to fetch from, until it is replaced.</summary>
    private sealed record Place(IModuleFetch Fetch, TimeSpan Interval) : IDisposable
    {
        public CancellationTokenSource Replaced { get; } = new();

        public void Dispose()
        {
            Fetch.Dispose();
            Replaced.Dispose();
        }
    }
}
