using Microsoft.Extensions.Logging;

namespace Agent.Runtime.Logging;

/// <summary>One category of the agent's log; the category itself is not printed, its component id is.</summary>
internal sealed class AgentLogger(AgentLog log, string category) : ILogger
{
    public string Category => category;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => log.IsEnabled(logLevel);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            var values = state as IReadOnlyList<KeyValuePair<string, object?>> ?? [];
            log.Write(new LogRecordText(logLevel, formatter(state, exception), values, exception));
        }
    }
}

/// <summary>What one log record says.</summary>
internal readonly record struct LogRecordText(
    LogLevel Level, string Message, IReadOnlyList<KeyValuePair<string, object?>> Values, Exception? Exception);
