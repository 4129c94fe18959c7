using Microsoft.Extensions.Logging;

namespace Agent.Kubernetes.Watching;

/// <summary>Decides whether a watch is healthy, and says so in the log.</summary>
internal sealed partial class WatchHealth(string what, WatchSettings settings)
{
    private long _failingSince;
    private bool _isFailing;
    private State _state = new(true, "connecting");

    public bool IsHealthy => _state.IsHealthy;

    public string Message => _state.Message;

    /// <summary>Nothing has gone wrong since the last success.</summary>
    public bool IsWell => !_isFailing;

    /// <summary>Whether the status has changed by it.</summary>
    public bool Succeed(string message)
    {
        _isFailing = false;
        if (!_state.IsHealthy)
        {
            LogRecovered(settings.Logger, what);
        }
        return Set(new State(true, message));
    }

    /// <param name="isFinal">The server has said no, instead of nothing or something unclear: there is no grace.</param>
    public bool Fail(string message, bool isFinal)
    {
        if (!_isFailing)
        {
            (_isFailing, _failingSince) = (true, settings.Time.GetTimestamp());
        }
        bool isUnhealthy = !_state.IsHealthy || isFinal || settings.Time.GetElapsedTime(_failingSince) >= settings.Grace;
        if (isUnhealthy && message != _state.Message)
        {
            LogFailing(settings.Logger, what, message);
        }
        return Set(isUnhealthy ? new State(false, message) : _state);
    }

    private bool Set(State state)
    {
        bool changed = state != _state;
        _state = state;
        return changed;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{What}: {Cause}; it is tried again, what is known stays")]
    private static partial void LogFailing(ILogger logger, string what, string cause);

    [LoggerMessage(Level = LogLevel.Information, Message = "{What}: it works again")]
    private static partial void LogRecovered(ILogger logger, string what);

    /// <summary>One object, so that a reader never sees half of a change.</summary>
    private sealed record State(bool IsHealthy, string Message);
}
