using System.Globalization;
using System.Net;
using System.Text.Json;
using Agent.Components.Common.Delivery;
using Agent.Components.Common.Http;
using Agent.Kubernetes;
using Microsoft.Extensions.Logging;

namespace Agent.Components.Loki.SourceKubernetesEvents;

/// <summary>Follows the events of one namespace, or of all: lists what there is, watches, and goes on from the last version after every end of a watch.</summary>
internal sealed partial class EventFeed
{
    private const int LargestPage = 64 * 1024 * 1024;
    private const int PageSize = 500;
    private const int HttpGone = 410;
    private static readonly TimeSpan SoonAgain = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    // The server ends a watch after this; one that it does not end is dead.
    private static readonly TimeSpan WatchTime = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan WatchPatience = TimeSpan.FromSeconds(30);

    private readonly EventServices _services;
    private readonly EventFeedSettings _settings;
    private readonly ILogger _logger;
    private readonly string _path;
    private volatile string? _problem;
    private string _version;
    private int _breaks;

    /// <summary>Something came since the last attempt began: what breaks it then is no part of a row of failures.</summary>
    private bool _hasProgressed;

    public EventFeed(EventServices services, EventFeedSettings settings, EventPosition start)
    {
        _services = services;
        _settings = settings;
        _logger = services.Logger;
        _path = settings.Namespace.Length > 0 ? $"/api/v1/namespaces/{Uri.EscapeDataString(settings.Namespace)}/events" : "/api/v1/events";
        _version = start.Version > 0 ? start.Version.ToString(CultureInfo.InvariantCulture) : "";
        Delivery = new EventDelivery(services, settings, start);
    }

    public EventFeedSettings Settings => _settings;

    public EventDelivery Delivery { get; }

    /// <summary>Why events cannot be read now, or null.</summary>
    public string? Problem => _problem;

    public async Task RunAsync(CancellationToken stop)
    {
        var retry = new RetrySchedule(SoonAgain, LongestWait);
        try
        {
            while (!stop.IsCancellationRequested)
            {
                _hasProgressed = false;
                try
                {
                    long began = _services.Time.GetTimestamp();
                    bool isList = _version.Length == 0;
                    await (isList ? ListAsync(stop) : WatchAsync(stop));
                    if (isList || _services.Time.GetElapsedTime(began) >= SoonAgain)
                    {
                        retry = new RetrySchedule(SoonAgain, LongestWait);
                        continue;
                    }
                }
                catch (KubernetesException exception) when (exception.Status == HttpStatusCode.Gone && !Delivery.IsHandingOn)
                {
                    // The server no longer knows what came after that version.
                    _version = "";
                }
                catch (Exception exception) when (!Delivery.IsHandingOn
                    && exception is KubernetesException or HttpRequestException or IOException or InvalidDataException or JsonException)
                {
                    if (exception is KubernetesException { IsUnknownVersion: true })
                    {
                        _version = "";
                    }
                    // One broken connection is nothing unusual.
                    if (exception is not (HttpRequestException or IOException) || ++_breaks > 1)
                    {
                        SetProblem(exception is JsonException ? $"cannot understand the server's answer: {exception.Message}" : exception.Message);
                    }
                }
                retry = _hasProgressed ? new RetrySchedule(SoonAgain, LongestWait) : retry;
                await Task.Delay(retry.Next(null), _services.Time, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The ordinary end.
        }
    }

    private async Task ListAsync(CancellationToken stop)
    {
        var events = new List<KubernetesEvent>();
        EventPage page;
        string next = "";
        do
        {
            await _services.Memory.WaitAsync(stop);
            string path = $"{_path}?limit={PageSize}" + (next.Length > 0 ? $"&continue={Uri.EscapeDataString(next)}" : "");
            using HttpResponseMessage response = await _settings.Client.GetJsonAsync(path, mayBeCompressed: false, stop);
            page = EventFrames.ReadPage((await BoundedBody.ReadAsync(response, LargestPage, stop)).Span);
            events.AddRange(page.Events);
            next = page.Continue;
        }
        while (next.Length > 0);
        ulong version = EventFrames.Number(page.Version);
        if (version > 0 && version < Delivery.Position.Version)
        {
            LogReset(version, Delivery.Position.Version);
            Delivery.ForgetVersion();
        }
        // A list is ordered by name.
        events.Sort(static (one, other) => one.Version != other.Version ? one.Version.CompareTo(other.Version) : one.Timestamp.CompareTo(other.Timestamp));
        SetProblem(null);
        await Delivery.TakeAsync(events, stop);
        Delivery.Advance(version);
        _version = page.Version;
    }

    private async Task WatchAsync(CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(WatchTime + WatchPatience, _services.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, limit.Token);
        string path = $"{_path}?watch=1&resourceVersion={Uri.EscapeDataString(_version)}&allowWatchBookmarks=true"
            + string.Create(CultureInfo.InvariantCulture, $"&timeoutSeconds={WatchTime.TotalSeconds}");
        try
        {
            using HttpResponseMessage response = await _settings.Client.GetJsonAsync(path, mayBeCompressed: false, either.Token);
            await using Stream stream = await response.Content.ReadAsStreamAsync(either.Token);
            SetProblem(null);
            using var frames = new EventLines(stream);
            await _services.Memory.WaitAsync(either.Token);
            while (await frames.ReadAsync(either.Token))
            {
                await TakeAsync(frames, stop);
                await _services.Memory.WaitAsync(either.Token);
            }
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            // The next one goes on where this one was.
        }
    }

    private async ValueTask TakeAsync(EventLines lines, CancellationToken stop)
    {
        var events = new List<KubernetesEvent>();
        EventFrame? error = null;
        string version = _version;
        while (error is null && lines.TryTake(out ReadOnlyMemory<byte> line))
        {
            EventFrame frame = EventFrames.ReadFrame(line.Span);
            error = frame.Type == "ERROR" ? frame : null;
            version = frame.Event?.Metadata.ResourceVersion is { Length: > 0 } known ? known : version;
            if (frame is { Type: "ADDED" or "MODIFIED", Event: { } found })
            {
                events.Add(found);
            }
        }
        await Delivery.TakeAsync(events, stop);
        _hasProgressed |= version != _version;
        _version = version;
        Delivery.Advance(EventFrames.Number(version));
        if (error is not null)
        {
            throw new KubernetesException((HttpStatusCode)error.Code, "", error.Code == HttpGone ? "the version is too old" : $"the watch was refused: {error.Code} {error.Message}");
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
            LogProblem(_settings.Namespace.Length > 0 ? _settings.Namespace : "all namespaces", problem);
        }
        _problem = problem;
        _services.Changed();
    }

    [LoggerMessage(LogLevel.Warning, "cannot read the events of {Namespace}, will try again: {Cause}")]
    private partial void LogProblem(string @namespace, string cause);

    [LoggerMessage(LogLevel.Warning, "the server's versions went back from {Known} to {Found}: from now on events are known by their times")]
    private partial void LogReset(ulong found, ulong known);
}
