using Agent.Components.Common.Delivery;
using Agent.Components.Common.Http;
using Agent.Telemetry;
using Microsoft.Extensions.Logging;

namespace Agent.Components.Loki.SourceDocker;

/// <summary>Follows the log of one container through restarts of it and of the daemon.</summary>
internal sealed partial class ContainerTail : IDisposable
{
    // How often to look whether a container that ended runs again; also what Alloy takes.
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SoonAgain = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan GoneWait = TimeSpan.FromMinutes(1);

    // Less room in the buffer than this, and what is in it goes on its way first.
    private const int LeastRoom = 4 * 1024;

    private readonly DockerServices _services;
    private readonly ConnectionLoop _loop;
    private readonly ILogger _logger;
    private volatile StreamLabels _labels = new(null, null);
    private volatile string? _problem;
    private volatile bool _isRunning;
    private volatile bool _isGone;
    private DockerPosition _position;
    private RetrySchedule _retry = NewRetry();
    private string? _drained;
    private bool _hasConnected;
    private bool _isDelivering;

    public ContainerTail(DockerServices services, DockerTarget target, DockerPosition start)
    {
        _services = services;
        _logger = services.Logger;
        _position = start;
        _loop = new ConnectionLoop(services.Time, () => _isDelivering);
        Target = target;
        Order = new DeliveryOrder<DockerPosition>(start) { Moved = services.Moved };
    }

    public DockerTarget Target { get; private set; }

    public DeliveryOrder<DockerPosition> Order { get; }

    public Task Run => _loop.Run;

    /// <summary>Why the log cannot be read now, or null.</summary>
    public string? Problem => _problem;

    /// <summary>True where there is a problem, and it is not that the container was removed.</summary>
    public bool IsFailing => _problem is not null && !_isGone;

    /// <summary>True while a connection to the log is open.</summary>
    public bool IsRunning => _isRunning;

    public void Start(CancellationToken stop) => _loop.Start(TurnAsync, _services.Changed, stop);

    /// <summary>Takes other labels; lines that are read from now on have them.</summary>
    public void Apply(DockerTarget target, StreamLabels labels)
    {
        Target = target;
        _labels = labels;
    }

    /// <summary>Ends the connection; the next one goes to where the daemon is now.</summary>
    public void Reconnect() => _loop.Reconnect();

    /// <summary>Ends after what is on its way.</summary>
    public void Retire() => _loop.Retire();

    public void Dispose() => _loop.Dispose();

    private static RetrySchedule NewRetry() => new(SoonAgain, LongestWait);

    /// <returns>How long to wait before the next turn.</returns>
    private async Task<TimeSpan?> TurnAsync(CancellationTokenSource connection, CancellationToken stop)
    {
        DockerPosition before = _position;
        TimeSpan? wait = null;
        try
        {
            wait = await ReadAsync(connection, stop);
        }
        catch (Exception exception) when (!_isDelivering && (exception is HttpRequestException or IOException or InvalidDataException))
        {
            if (exception is InvalidDataException)
            {
                _services.Metrics.Errors.Increment();
            }
            SetProblem(exception.Message);
        }
        finally
        {
            _isRunning = false;
        }
        _retry = before != _position ? NewRetry() : _retry;
        return wait ?? _retry.Next(null);
    }

    /// <returns>How long nothing more is to be expected; null where the log of a running container ended.</returns>
    private async Task<TimeSpan?> ReadAsync(CancellationTokenSource connection, CancellationToken stop)
    {
        ContainerState? state = await _services.Client.InspectAsync(Target.Id, connection.Token);
        // Ordinary where there is none: the targets say so a little later.
        _isGone = state is null;
        SetProblem(_isGone ? "no such container" : null);
        if (state is not { } found)
        {
            return GoneWait;
        }
        if (!found.IsRunning && found.FinishedAt == _drained)
        {
            return Poll;
        }
        await FollowAsync(found, connection, stop);
        if (found.IsRunning)
        {
            return null;
        }
        // Nothing more comes until it ends another time.
        _drained = found.FinishedAt;
        return Poll;
    }

    private async Task FollowAsync(ContainerState state, CancellationTokenSource connection, CancellationToken stop)
    {
        if (_hasConnected)
        {
            _services.Metrics.Reconnects.Increment();
        }
        _hasConnected = true;
        DockerClient client = _services.Client;
        using var silence = new SilenceLimit(client.LongestSilence, connection, _services.Time);
        using HttpResponseMessage response = await client.FollowAsync(Target.Id, _position.Since, connection.Token);
        await using Stream stream = await response.Content.ReadAsStreamAsync(connection.Token);
        using var lines = new ContainerLines(_services.Metrics, _position, state.HasTerminal);
        _isRunning = true;
        var buffer = new ReadBuffer();
        while (true)
        {
            if (_services.Memory.IsClosed)
            {
                await DeliverAsync(lines, stop);
                silence.Suspend();
                await _services.Memory.WaitAsync(connection.Token);
            }
            silence.Restart();
            if (buffer.Room < LeastRoom)
            {
                await DeliverAsync(lines, stop);
                buffer.Compact();
            }
            int read = await ReadAsync(stream, buffer, lines, connection.Token, stop);
            lines.Labels = _labels;
            if (read == 0)
            {
                if (!state.IsRunning)
                {
                    lines.Frames.Finish();
                }
                await DeliverAsync(lines, stop);
                return;
            }
            buffer.Filled(read);
            _services.Memory.Count(read);
            buffer.Taken(lines.Frames.Take(buffer.Unread));
        }
    }

    // What was read goes on its way while the next bytes are waited for, and not before: bytes that are there already make one batch.
    private async ValueTask<int> ReadAsync(
        Stream stream, ReadBuffer buffer, ContainerLines lines, CancellationToken connection, CancellationToken stop)
    {
        ValueTask<int> read = stream.ReadAsync(buffer.Free, connection);
        if (read.IsCompleted)
        {
            return await read;
        }
        Task<int> pending = read.AsTask();
        await DeliverAsync(lines, stop);
        return await pending;
    }

    private async ValueTask DeliverAsync(ContainerLines lines, CancellationToken stop)
    {
        if (lines.Position == _position)
        {
            return;
        }
        if (lines.Batch.Count == 0)
        {
            Order.Advance(lines.Position);
        }
        else
        {
            Receipt receipt = Order.Begin(lines.Position);
            lines.Batch.Receipt = receipt;
            // What fails in here is not the daemon's fault, and not to be tried again.
            _isDelivering = true;
            await _services.Consumer.ConsumeAsync(lines.Batch, stop);
            _isDelivering = false;
            receipt.Settle();
            _services.Metrics.Entries.Add(lines.Batch.Count);
            lines.Batch.Clear();
        }
        _position = lines.Position;
    }

    private void SetProblem(string? problem)
    {
        if (problem == _problem)
        {
            return;
        }
        if (problem is not null)
        {
            LogProblem(Target.Id, problem);
        }
        _problem = problem;
        _services.Changed();
    }

    [LoggerMessage(LogLevel.Warning, "cannot read the log of container {Container}, will try again: {Cause}")]
    private partial void LogProblem(string container, string cause);
}
