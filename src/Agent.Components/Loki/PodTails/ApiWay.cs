using System.Net;
using Agent.Components.Common;
using Agent.Components.Common.Delivery;
using Agent.Kubernetes;
using Microsoft.Extensions.Logging;

namespace Agent.Components.Loki.PodTails;

/// <summary>Reads a container's log over the API: finds out what the container does, asks for the log of its run, and of the one before.</summary>
internal sealed partial class ApiWay(PodTailServices services, TailDelivery delivery, Action<string?> setProblem)
{
    // How often to look whether a container that does not run does; at first, and after a while.
    private static readonly TimeSpan FirstPoll = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestPoll = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan GoneWait = TimeSpan.FromMinutes(1);

    // The runtime may still be writing what a container wrote last when the kubelet says that it has ended.
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(10);

    // As Alloy has it: servers have been seen to keep a connection and send nothing more.
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    // A server that refuses does so at once; one that does not answer waits for the container to write.
    private static readonly TimeSpan RefusalTime = TimeSpan.FromSeconds(10);

    private readonly ILogger _logger = services.Logger;
    private volatile bool _isGone;
    private RetrySchedule _poll = NewPoll();
    private int _drained = int.MinValue;
    private bool _hasConnected;
    private bool _isBlind;

    /// <summary>The pod was removed.</summary>
    public bool IsGone => _isGone;

    /// <returns>How long nothing more is to be expected; null where the log of a running container ended.</returns>
    public async Task<TimeSpan?> ReadAsync(PodContainer container, CancellationTokenSource connection, CancellationToken stop)
    {
        if (services.Client is not { } client)
        {
            return FirstPoll;
        }
        ContainerState? state = await AskAsync(client, container, connection.Token);
        _isGone = state is null;
        if (state is null)
        {
            // Ordinary: the targets say so a little later.
            setProblem("no such pod");
            return GoneWait;
        }
        if (state.Phase == ContainerPhase.Waiting || (state.Phase == ContainerPhase.Ended && state.Restarts == _drained))
        {
            setProblem(null);
            return state.WillRestart ? _poll.Next(null) : Timeout.InfiniteTimeSpan;
        }
        if (state.Restarts >= 0)
        {
            await ReadRunBeforeAsync(client, (container, state.Restarts), connection.Token, stop);
            delivery.Restarts = state.Restarts;
        }
        return await FollowAsync(client, (container, state), connection, stop);
    }

    private static RetrySchedule NewPoll() => new(FirstPoll, LongestPoll);

    private async Task<ContainerState?> AskAsync(PodLogClient client, PodContainer container, CancellationToken stop)
    {
        await services.Requests.WaitAsync(stop);
        try
        {
            ContainerState? state = await client.AskAsync(container, stop);
            _isBlind = false;
            return state;
        }
        catch (KubernetesException exception) when (exception.Status == HttpStatusCode.Forbidden)
        {
            if (!_isBlind)
            {
                LogBlind(container.Name, exception.Message);
            }
            _isBlind = true;
            return ContainerState.Unknown;
        }
        finally
        {
            services.Requests.Release();
        }
    }

    // What a container wrote between the end of a connection and its restart stands in the log of the run before.
    private async Task ReadRunBeforeAsync(PodLogClient client, (PodContainer Container, int Restarts) run, CancellationToken connection, CancellationToken stop)
    {
        if (delivery.Restarts < 0 || run.Restarts <= delivery.Restarts || delivery.Recent.Mark.Last == 0)
        {
            return;
        }
        try
        {
            HttpResponseMessage response = await client.OpenAsync(run.Container, delivery.Recent.Since, ofRunBefore: true, connection);
            await new ApiLog(services, delivery).ReadAsync(response, isWhole: true, connection, stop);
        }
        catch (Exception exception) when (
            exception is KubernetesException { Status: HttpStatusCode.BadRequest or HttpStatusCode.NotFound } or InvalidDataException && !delivery.IsHandingOn)
        {
            LogNoRunBefore(run.Container.Name, exception.Message);
        }
    }

    private async Task<TimeSpan?> FollowAsync(
        PodLogClient client, (PodContainer Container, ContainerState State) run, CancellationTokenSource connection, CancellationToken stop)
    {
        ContainerState state = run.State;
        bool hasEnded = state.Phase == ContainerPhase.Ended;
        bool isWhole = hasEnded && !(services.Time.GetUtcNow() - state.EndedAt < EndPatience);
        services.Metrics.Reconnects.Add(_hasConnected ? 1 : 0);
        _hasConnected = true;
        using ITimer lifetime = services.Time.CreateTimer(_ => connection.CancelUnlessDisposed(), null, Lifetime * (0.9 + (Random.Shared.NextDouble() / 10)), Timeout.InfiniteTimeSpan);
        HttpResponseMessage response;
        using (services.Time.CreateTimer(_ => setProblem(null), null, RefusalTime, Timeout.InfiniteTimeSpan))
        {
            response = await client.OpenAsync(run.Container, delivery.Recent.Since, ofRunBefore: false, connection.Token);
        }
        setProblem(null);
        await new ApiLog(services, delivery).ReadAsync(response, isWhole, connection.Token, stop);
        if (!hasEnded)
        {
            _poll = NewPoll();
            return null;
        }
        // Nothing more comes until it ends another time.
        _drained = isWhole ? state.Restarts : _drained;
        return isWhole && !state.WillRestart ? Timeout.InfiniteTimeSpan : _poll.Next(null);
    }

    [LoggerMessage(LogLevel.Warning, "cannot see whether {Container} was restarted, its log is read all the same: {Cause}")]
    private partial void LogBlind(string container, string cause);

    [LoggerMessage(LogLevel.Information, "the log of the run of {Container} before its restart is not there any more: {Cause}")]
    private partial void LogNoRunBefore(string container, string cause);
}
