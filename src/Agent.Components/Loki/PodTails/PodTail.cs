using System.Threading.Channels;
using Agent.Components.Common.Delivery;
using Agent.Components.Common.Http;
using Agent.Kubernetes;
using Agent.Telemetry;
using Microsoft.Extensions.Logging;

namespace Agent.Components.Loki.PodTails;

/// <summary>Follows the log of one container, over the API or in files of the own node, through restarts of it and of the server.</summary>
internal sealed partial class PodTail : IDisposable
{
    private static readonly TimeSpan SoonAgain = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    // A target usually goes with its pod, and then what the container wrote last may still be on its way.
    private static readonly TimeSpan RetirePatience = TimeSpan.FromSeconds(10);

    private readonly PodTailServices _services;
    private readonly ApiWay _api;
    private readonly FileWay _files;
    private readonly ConnectionLoop _loop;
    private readonly ILogger _logger;
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private volatile PodTarget _target;
    private volatile string? _problem;
    private volatile string? _folder;
    private volatile bool _isReading;
    private volatile bool _isRetiring;
    private RetrySchedule _retry = NewRetry();
    private int _breaks;

    public PodTail(PodTailServices services, PodTarget target, PodPosition start)
    {
        _services = services;
        _logger = services.Logger;
        _target = target;
        Delivery = new TailDelivery(services, start);
        _loop = new ConnectionLoop(services.Time, () => Delivery.IsHandingOn);
        _api = new ApiWay(services, Delivery, SetProblem);
        _files = new FileWay(services, Delivery, _wake.Reader);
    }

    /// <summary>What is read, with the first of the streams that it is sent as.</summary>
    public PodTarget Target => _target;

    public TailDelivery Delivery { get; }

    public Task Run => _loop.Run;

    /// <summary>Why the log cannot be read now, or null.</summary>
    public string? Problem => _problem;

    /// <summary>When there was a problem last.</summary>
    public DateTimeOffset? ProblemAt { get; private set; }

    /// <summary>True where there is a problem, and it is not that the pod was removed.</summary>
    public bool IsFailing => _problem is not null && !_api.IsGone;

    /// <summary>The folder of the own node in which files are read, or null for the API.</summary>
    public string? Folder => _folder;

    public void Start(CancellationToken stop) => _loop.Start(TurnAsync, _services.Changed, stop);

    /// <summary>Takes other labels; lines that are read from now on have them.</summary>
    public void Apply(PodTarget target, LabelSet[] streams)
    {
        _target = target;
        Delivery.Streams = streams;
    }

    /// <summary>Looks again which way to go; over the API, with the client of now.</summary>
    public void Reconnect() => _loop.Reconnect();

    /// <summary>Something has changed in the folder.</summary>
    public void Wake() => _wake.Writer.TryWrite(true);

    /// <summary>Ends after what was written so far.</summary>
    public void Retire()
    {
        _isRetiring = true;
        _files.IsRetiring = true;
        if (_isReading)
        {
            _loop.Retire(RetirePatience);
            Wake();
        }
        else
        {
            _loop.Retire();
        }
    }

    public void Dispose() => _loop.Dispose();

    private static RetrySchedule NewRetry() => new(SoonAgain, LongestWait);

    /// <returns>How long to wait before the next turn; null where there is none.</returns>
    private async Task<TimeSpan?> TurnAsync(CancellationTokenSource connection, CancellationToken stop)
    {
        long before = Delivery.Recent.Mark.Lines;
        TimeSpan? wait = null;
        try
        {
            PodTarget target = _target;
            SetFolder(LogFolder.Find(_services.Folder, target));
            _isReading = true;
            if (_folder is { } folder)
            {
                SetProblem(null);
                await _files.ReadAsync(folder, connection.Token, stop);
            }
            else
            {
                wait = await _api.ReadAsync(target.Container, connection, stop);
            }
        }
        catch (Exception exception) when (!Delivery.IsHandingOn
            && exception is HttpRequestException or IOException or InvalidDataException or KubernetesException or UnauthorizedAccessException)
        {
            // One broken connection is nothing unusual.
            if (exception is not (HttpRequestException or IOException) || ++_breaks > 1)
            {
                SetProblem(exception.Message);
            }
        }
        finally
        {
            _isReading = false;
        }
        _retry = before != Delivery.Recent.Mark.Lines ? NewRetry() : _retry;
        return _isRetiring ? null : wait ?? _retry.Next(null);
    }

    private void SetFolder(string? folder)
    {
        if (folder != _folder)
        {
            _folder = folder;
            _services.Changed();
        }
    }

    private void SetProblem(string? problem)
    {
        _breaks = problem is null ? 0 : _breaks;
        if (problem == _problem)
        {
            return;
        }
        if (problem is not null)
        {
            ProblemAt = _services.Time.GetUtcNow();
            LogProblem(Target.Container.Name, problem);
        }
        _problem = problem;
        _services.Changed();
    }

    [LoggerMessage(LogLevel.Warning, "cannot read the log of {Container}, will try again: {Cause}")]
    private partial void LogProblem(string container, string cause);
}
