using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Agent.Kubernetes.Leadership;

/// <summary>Stands for election by a lease (coordination.k8s.io/v1) until it is disposed of; several processes, one leader at most.</summary>
/// <remarks>
/// A leader that cannot renew steps down (its term's token is cancelled) before the lease runs out for its rivals, by its own clock. Work
/// that is done as a leader must end soon after that token; disposing of the election ends the term, and then gives the lease up.
/// </remarks>
public sealed partial class LeaderElection : IAsyncDisposable
{
    /// <summary>Giving the lease up is a favour to others: it does not hold up the end of the process for long.</summary>
    private static readonly TimeSpan ReleaseLimit = TimeSpan.FromSeconds(3);

    private readonly LeaderElectionSettings _settings;
    private readonly LeaseCandidate _candidate;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _run;
    private TaskCompletionSource<CancellationToken> _term = NewTerm();
    private LeaderStatus _status = new(false, "", true, "");

    /// <summary>Begins at once.</summary>
    public LeaderElection(KubernetesClient client, LeaderElectionSettings settings)
    {
        _settings = settings;
        _candidate = new LeaseCandidate(client, settings);
        _run = Task.Run(RunAsync);
    }

    public bool IsLeader => Status.IsLeader;

    public LeaderStatus Status => Volatile.Read(ref _status);

    /// <summary>Waits until this process leads; the token is cancelled when it no longer does. Wait again for the next term.</summary>
    public Task<CancellationToken> WhenLeadingAsync(CancellationToken stop) => Volatile.Read(ref _term).Task.WaitAsync(stop);

    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested)
        {
            return;
        }
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _run.ConfigureAwait(false);
        Volatile.Read(ref _term).TrySetCanceled();
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        CancellationToken stop = _stopping.Token;
        try
        {
            while (true)
            {
                long acquired = await AcquireAsync(stop).ConfigureAwait(false);
                await LeadAsync(acquired, stop).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await ReleaseAsync().ConfigureAwait(false);
        }
    }

    /// <summary>When the attempt that succeeded began: from then on the lease counts.</summary>
    private async Task<long> AcquireAsync(CancellationToken stop)
    {
        while (true)
        {
            long asked = _settings.Time.GetTimestamp();
            if (await TryAsync(_settings.RenewDeadline, stop).ConfigureAwait(false))
            {
                return asked;
            }
            await Task.Delay(_settings.RetryPeriod * (1 + (0.2 * _settings.Jitter())), _settings.Time, stop).ConfigureAwait(false);
        }
    }

    private async Task LeadAsync(long renewed, CancellationToken stop)
    {
        // Not disposed of: who works as the leader may still hold its token.
        var term = new CancellationTokenSource();
        SetStatus(Status with { IsLeader = true });
        LogLeading(_settings.Logger, _settings.Identity, _settings.Namespace, _settings.Name);
        _term.TrySetResult(term.Token);
        try
        {
            await HoldAsync(renewed, stop).ConfigureAwait(false);
        }
        finally
        {
            Volatile.Write(ref _term, NewTerm());
            SetStatus(Status with { IsLeader = false });
            LogStepsDown(_settings.Logger, _settings.Identity, _settings.Namespace, _settings.Name);
            await term.CancelAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Renews until that has not worked for too long, or somebody else holds the lease.</summary>
    private async Task HoldAsync(long renewed, CancellationToken stop)
    {
        while (Left(renewed) is var left && left > TimeSpan.Zero)
        {
            await Task.Delay(left < _settings.RetryPeriod ? left : _settings.RetryPeriod, _settings.Time, stop).ConfigureAwait(false);
            left = Left(renewed);
            if (left <= TimeSpan.Zero)
            {
                return;
            }
            long asked = _settings.Time.GetTimestamp();
            if (await TryAsync(left, stop).ConfigureAwait(false))
            {
                renewed = asked;
            }
            else if (_candidate.Holder != _settings.Identity)
            {
                return;
            }
        }
    }

    private TimeSpan Left(long renewed) => _settings.RenewDeadline - _settings.Time.GetElapsedTime(renewed);

    private async Task<bool> TryAsync(TimeSpan limit, CancellationToken stop)
    {
        using var late = new CancellationTokenSource(limit, _settings.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, stop);
        try
        {
            bool holds = await _candidate.TryAsync(either.Token).ConfigureAwait(false);
            SetStatus(Status with { Holder = _candidate.Holder, IsHealthy = true, Message = "" });
            return holds;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            Fail($"the API server did not answer within {limit.TotalSeconds:0.#} s");
        }
        catch (KubernetesException faster) when (faster.Status == HttpStatusCode.Conflict)
        {
            // Somebody else wrote first: the next attempt reads who.
        }
        catch (Exception broken) when (broken is KubernetesException or HttpRequestException or IOException or JsonException)
        {
            Fail(broken.Message);
        }
        return false;
    }

    private void Fail(string cause)
    {
        if (Status.IsHealthy || Status.Message != cause)
        {
            LogFailing(_settings.Logger, _settings.Namespace, _settings.Name, cause);
        }
        SetStatus(Status with { IsHealthy = false, Message = cause });
    }

    private async Task ReleaseAsync()
    {
        using var late = new CancellationTokenSource(ReleaseLimit, _settings.Time);
        try
        {
            await _candidate.ReleaseAsync(late.Token).ConfigureAwait(false);
        }
        catch (Exception failed) when (failed is KubernetesException or HttpRequestException or IOException or JsonException or OperationCanceledException)
        {
            // It runs out by itself.
        }
    }

    private void SetStatus(LeaderStatus status) => Volatile.Write(ref _status, status);

    private static TaskCompletionSource<CancellationToken> NewTerm() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Identity} leads by the lease {Namespace}/{Name}")]
    private static partial void LogLeading(ILogger logger, string identity, string @namespace, string name);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Identity} no longer leads by the lease {Namespace}/{Name}")]
    private static partial void LogStepsDown(ILogger logger, string identity, string @namespace, string name);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the lease {Namespace}/{Name} cannot be had: {Cause}; it is tried again")]
    private static partial void LogFailing(ILogger logger, string @namespace, string name, string cause);
}
