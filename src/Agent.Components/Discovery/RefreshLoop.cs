using System.Net.Sockets;
using System.Threading.Channels;
using Agent.Components.Common;
using Agent.Sdk;
using Agent.Sdk.Metrics;
using Microsoft.Extensions.Logging;

namespace Agent.Components.Discovery;

/// <summary>One way to find targets, made for one set of arguments.</summary>
internal interface ITargetSearch : IDisposable
{
    /// <summary>Puts what is there now into <paramref name="found"/>. What it throws for expected reasons counts as a failed refresh.</summary>
    Task RefreshAsync(FoundTargets found, CancellationToken stop);
}

/// <summary>Looks for targets at once, after each interval, whenever asked, and again when the arguments have changed.</summary>
/// <param name="context">The component's.</param>
/// <param name="mechanism">What self-metrics call this kind of discovery, as Prometheus does.</param>
/// <param name="found">Where targets go.</param>
internal sealed partial class RefreshLoop(ComponentContext context, string mechanism, FoundTargets found) : IDisposable
{
    private readonly ILogger _logger = context.Logger;
    private readonly Counter _failures = context.Metrics.Counter(
        "prometheus_sd_refresh_failures_total", "Number of refresh failures for the given SD mechanism.", ("mechanism", mechanism));
    private readonly Summary _duration = context.Metrics.Summary(
        "prometheus_sd_refresh_duration_seconds", "The duration of a refresh in seconds for the given SD mechanism.", ("mechanism", mechanism));
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Lock _gate = new();
    private readonly List<ITargetSearch> _retired = [];
    private CancellationTokenSource? _refreshing;
    private Settings? _settings;

    /// <summary>Takes another search; a refresh by the former one is given up.</summary>
    /// <param name="search">Disposed of once another one has taken its place.</param>
    /// <param name="interval">From the start of one refresh to the start of the next.</param>
    /// <param name="timeout">How long one refresh may take.</param>
    public void Apply(ITargetSearch search, TimeSpan interval, TimeSpan timeout)
    {
        found.Begin();
        CancellationTokenSource? refreshing;
        lock (_gate)
        {
            if (_settings is { } former)
            {
                _retired.Add(former.Search);
            }
            _settings = new Settings(search, interval, timeout);
            refreshing = _refreshing;
        }
        Ask();
        refreshing?.CancelUnlessDisposed();
    }

    /// <summary>Refreshes soon.</summary>
    public void Ask() => _signal.Writer.TryWrite(true);

    public async Task RunAsync(CancellationToken stop)
    {
        Settings? armed = null;
        Ask();
        await using ITimer timer = context.Time.CreateTimer(_ => Ask(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        try
        {
            await foreach (bool _ in _signal.Reader.ReadAllAsync(stop))
            {
                Settings settings = Volatile.Read(ref _settings)!;
                if (!ReferenceEquals(settings, armed))
                {
                    armed = settings;
                    timer.Change(settings.Interval, settings.Interval);
                }
                await RefreshAsync(settings, stop);
                DisposeRetired();
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The ordinary end.
        }
    }

    public void Dispose()
    {
        DisposeRetired();
        _settings?.Search.Dispose();
    }

    private async Task RefreshAsync(Settings settings, CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(settings.Timeout, context.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, limit.Token);
        long started = context.Time.GetTimestamp();
        if (!TryBegin(settings, either))
        {
            return;
        }
        try
        {
            await settings.Search.RefreshAsync(found, either.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested && !IsCurrent(settings))
        {
            // The arguments have changed, and the next turn is about to begin.
            return;
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            Fail($"no answer within {GoDuration.Format(settings.Timeout)}");
        }
        catch (Exception exception) when (
            exception is HttpRequestException or IOException or InvalidDataException or SocketException or UnauthorizedAccessException)
        {
            Fail(exception.Message);
        }
        finally
        {
            End();
            _duration.Observe(context.Time.GetElapsedTime(started), 1);
        }
        found.Publish();
    }

    private bool TryBegin(Settings settings, CancellationTokenSource refreshing)
    {
        lock (_gate)
        {
            bool isCurrent = ReferenceEquals(settings, _settings);
            _refreshing = isCurrent ? refreshing : null;
            return isCurrent;
        }
    }

    private bool IsCurrent(Settings settings)
    {
        lock (_gate)
        {
            return ReferenceEquals(settings, _settings);
        }
    }

    private void End()
    {
        lock (_gate)
        {
            _refreshing = null;
        }
    }

    private void Fail(string reason)
    {
        _failures.Increment();
        LogFailed(reason);
        found.Fail("", reason);
    }

    private void DisposeRetired()
    {
        List<ITargetSearch> retired;
        lock (_gate)
        {
            retired = [.. _retired];
            _retired.Clear();
        }
        retired.ForEach(static search => search.Dispose());
    }

    [LoggerMessage(LogLevel.Warning, "cannot refresh targets, the last ones stay: {Cause}")]
    private partial void LogFailed(string cause);

    private sealed record Settings(ITargetSearch Search, TimeSpan Interval, TimeSpan Timeout);
}
