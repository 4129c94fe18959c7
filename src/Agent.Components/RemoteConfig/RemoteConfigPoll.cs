using Agent.Sdk;
using Microsoft.Extensions.Logging;

namespace Agent.Components.RemoteConfig;

/// <summary>What a poll acts on, whichever server it asks.</summary>
internal sealed record RemoteConfigServices(
    ComponentContext Context, RunningConfiguration Running, KeptConfiguration Kept, RemoteConfigMetrics Metrics);

/// <summary>Asks one server, as one collector, for its configuration, and brings the second controller to it.</summary>
internal sealed partial class RemoteConfigPoll(CollectorClient client, CollectorIdentity who, string url, RemoteConfigServices services)
{
    private readonly ComponentContext _context = services.Context;
    private readonly RemoteConfigMetrics _metrics = services.Metrics;
    private readonly RunningConfiguration _running = services.Running;
    private readonly ILogger _logger = services.Context.Logger;
    private readonly string _key = $"{url}\n{who.Id}\n{who.Name}\n{string.Join('\n', who.Attributes.Select(static one => $"{one.Key}={one.Value}"))}";
    private bool _isRegistered;
    private string _serverHash = "";
    private string? _received;
    private ConfigReport _report = new(ConfigOutcome.Unset);
    private ConfigReport? _sentReport;
    private string? _sentRunning;

    /// <summary>One round. Where the first one fails, what the same server said to the same collector last stands in.</summary>
    public async Task PollAsync(bool isFirst, CancellationToken stop)
    {
        _metrics.Attempts.Increment();
        string? error = await RegisterAsync(stop);
        ConfigAnswer? answer = null;
        if (error is null)
        {
            (answer, error) = await AskAsync(stop);
        }
        if (answer is null)
        {
            await MissAsync(error!, isFirst);
            return;
        }
        await TakeAsync(answer);
        // The server learns at once what became of its configuration. What it answers now is asked for again with the next round.
        if (HasNews)
        {
            await AskAsync(stop);
        }
    }

    public async Task DepartAsync(CancellationToken stop)
    {
        if (_isRegistered && (await client.UnregisterAsync(who, stop)).Error is { } error)
        {
            LogNotUnregistered(error);
        }
    }

    private bool HasNews => _report != _sentReport || _running.Text != _sentRunning;

    /// <summary>Null where it makes sense to go on: a server that refuses may serve nevertheless.</summary>
    private async Task<string?> RegisterAsync(CancellationToken stop)
    {
        if (_isRegistered)
        {
            return null;
        }
        CollectorReply reply = await client.RegisterAsync(who, stop);
        _isRegistered = reply.Error is null;
        if (_isRegistered || !reply.IsReached)
        {
            return reply.Error;
        }
        LogNotRegistered(reply.Error!);
        return null;
    }

    private async Task<(ConfigAnswer? Answer, string? Error)> AskAsync(CancellationToken stop)
    {
        ConfigReport report = _report;
        string? running = _running.Text;
        var question = new ConfigQuestion(_serverHash, report == _sentReport ? null : report, running == _sentRunning ? null : running);
        long start = _context.Time.GetTimestamp();
        CollectorReply reply = await client.AskAsync(who, question, stop);
        if (reply.Error is not null)
        {
            // Told again with the next question.
            (_sentReport, _sentRunning) = (null, null);
            return (null, reply.Error);
        }
        _metrics.Duration.Observe(_context.Time.GetElapsedTime(start).TotalSeconds);
        (_sentReport, _sentRunning) = (report, running);
        return (CollectorMessages.Answer(reply.Message.Span, out string? error), error);
    }

    private async Task MissAsync(string error, bool isFirst)
    {
        _metrics.Failures.Increment();
        _metrics.LastLoadSuccessful.Set(0);
        _report = new ConfigReport(ConfigOutcome.Failed, error);
        string message = $"cannot fetch the remote configuration from {url}: {error}";
        if (isFirst && services.Kept.Read(_key) is { } kept && RunningConfiguration.HashOf(kept) != _running.Hash)
        {
            message += await _running.LoadAsync(kept) is { } fault
                ? $"; the kept one cannot be loaded: {fault}"
                : "; the kept one runs";
        }
        Tell(HealthState.Unhealthy, message);
        LogFailed(message);
    }

    private async Task TakeAsync(ConfigAnswer answer)
    {
        _metrics.LastNotModified.Set(answer.NotModified ? 1 : 0);
        if (!answer.NotModified)
        {
            _metrics.LastSuccess.Set(_context.Time.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0);
            _serverHash = answer.Hash.Length > 0 ? answer.Hash : _serverHash;
            string hash = RunningConfiguration.HashOf(answer.Content);
            if (hash != _received)
            {
                _received = hash;
                _metrics.Received(hash);
                await ApplyAsync(answer.Content, hash);
                return;
            }
        }
        // Nothing new: one that could not be loaded stays what it is until the server sends another.
        if (_received is null || _received == _running.Hash)
        {
            Succeed(_running.Hash);
        }
        else
        {
            Tell(HealthState.Unhealthy, _refusal);
            _report = new ConfigReport(ConfigOutcome.Failed, _refusal);
        }
    }

    private string _refusal = "";

    private async Task ApplyAsync(string content, string hash)
    {
        if (hash != _running.Hash)
        {
            if (await _running.LoadAsync(content) is { } fault)
            {
                _metrics.Failures.Increment();
                _metrics.LastLoadSuccessful.Set(0);
                _refusal = $"cannot load the remote configuration {hash}, what runs is left as it is: {fault}";
                _report = new ConfigReport(ConfigOutcome.Failed, fault);
                Tell(HealthState.Unhealthy, _refusal);
                LogFailed(_refusal);
                return;
            }
            LogLoaded(hash, content.Length);
        }
        if (content.Length > 0)
        {
            services.Kept.Write(_key, content);
        }
        Succeed(hash);
    }

    private void Succeed(string hash)
    {
        _metrics.LastLoadSuccessful.Set(1);
        _report = new ConfigReport(ConfigOutcome.Applied);
        Tell(HealthState.Healthy, $"remote configuration {hash} runs");
    }

    private void Tell(HealthState state, string message) => _context.ReportHealth(state, message);

    [LoggerMessage(LogLevel.Information, "remote configuration loaded, hash {Hash}, {Length} characters")]
    private partial void LogLoaded(string hash, int length);

    [LoggerMessage(LogLevel.Error, "{Cause}")]
    private partial void LogFailed(string cause);

    [LoggerMessage(LogLevel.Warning, "cannot register with the server of the remote configuration: {Cause}")]
    private partial void LogNotRegistered(string cause);

    [LoggerMessage(LogLevel.Warning, "cannot unregister from the server of the remote configuration: {Cause}")]
    private partial void LogNotUnregistered(string cause);
}
