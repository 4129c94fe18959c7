using System.Threading.Channels;
using Agent.Components.Common;
using Agent.Kubernetes;
using Agent.Sdk;
using Microsoft.Extensions.Logging;

namespace Agent.Components.Remote;

/// <summary>Asks a source whenever the arguments change and in between at its frequency. What was exported last stays while it fails.</summary>
/// <param name="context">The component's.</param>
/// <param name="success">What health says after an answer.</param>
internal sealed partial class PollLoop(ComponentContext context, string success) : IAsyncDisposable
{
    private readonly ILogger _logger = context.Logger;
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly SemaphoreSlim _turn = new(1);
    private Settings? _settings;
    private CancellationTokenSource? _asking;
    private long _asked;

    /// <summary>Takes another source in place of the former one, and asks it.</summary>
    /// <exception cref="ComponentException">It did not answer: the former exports stay, and there may be none yet.</exception>
    public async Task ApplyAsync(IRemoteSource source, PollTimes times, CancellationToken stop)
    {
        Settings? former = Interlocked.Exchange(ref _settings, new Settings(source, times));
        Volatile.Read(ref _asking)?.CancelUnlessDisposed();
        await _turn.WaitAsync(stop);
        try
        {
            await (former?.Source.DisposeAsync() ?? ValueTask.CompletedTask);
            if (await AskAsync(stop) is { } problem)
            {
                throw new ComponentException(problem);
            }
        }
        finally
        {
            _turn.Release();
            _signal.Writer.TryWrite(true);
        }
    }

    public async Task RunAsync(CancellationToken stop)
    {
        await using ITimer timer = context.Time.CreateTimer(
            _ => _signal.Writer.TryWrite(true), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _signal.Writer.TryWrite(true);
        try
        {
            await foreach (bool _ in _signal.Reader.ReadAllAsync(stop))
            {
                await _turn.WaitAsync(stop);
                try
                {
                    TimeSpan wait = UntilNext();
                    if (wait <= TimeSpan.Zero)
                    {
                        await AskAsync(stop);
                        wait = UntilNext();
                    }
                    timer.Change(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
                }
                finally
                {
                    _turn.Release();
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The ordinary end.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await (_settings?.Source.DisposeAsync() ?? ValueTask.CompletedTask);
        _turn.Dispose();
    }

    private TimeSpan UntilNext()
    {
        Settings settings = Volatile.Read(ref _settings)!;
        return settings.Source.UntilNext(context.Time.GetElapsedTime(_asked), settings.Times.Frequency);
    }

    /// <returns>What went wrong, or null.</returns>
    private async Task<string?> AskAsync(CancellationToken stop)
    {
        using var asking = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Volatile.Write(ref _asking, asking);
        Settings settings = Volatile.Read(ref _settings)!;
        using ITimer limit = context.Time.CreateTimer(_ => asking.CancelUnlessDisposed(), null, settings.Times.Timeout, Timeout.InfiniteTimeSpan);
        _asked = context.Time.GetTimestamp();
        try
        {
            object exports = await settings.Source.AskAsync(asking.Token);
            if (!ReferenceEquals(settings, Volatile.Read(ref _settings)))
            {
                return null;
            }
            context.Export(exports);
            context.ReportHealth(HealthState.Healthy, success);
            return null;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            // Where other arguments have come meanwhile, their turn is next.
            return ReferenceEquals(settings, Volatile.Read(ref _settings)) ? Fail($"no answer within {GoDuration.Format(settings.Times.Timeout)}") : null;
        }
        catch (Exception exception) when (
            exception is HttpRequestException or IOException or InvalidDataException or KubernetesException or UnauthorizedAccessException)
        {
            return Fail(exception.Message);
        }
        finally
        {
            Volatile.Write(ref _asking, null);
        }
    }

    private string Fail(string reason)
    {
        string problem = $"polling failed: {reason}";
        LogFailed(problem);
        context.ReportHealth(HealthState.Unhealthy, problem);
        return problem;
    }

    [LoggerMessage(LogLevel.Error, "{Problem}")]
    private partial void LogFailed(string problem);

    private sealed record Settings(IRemoteSource Source, PollTimes Times);
}
