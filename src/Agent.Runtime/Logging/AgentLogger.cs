using Agent.Runtime.Graph;
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
            // What a record's template names stands in its text; as fields of their own those values would only be there twice.
            IReadOnlyList<KeyValuePair<string, object?>> origin = state is NodeLogState node ? node.Origin : [];
            log.Write(new LogRecordText(logLevel, formatter(state, exception), origin, exception));
        }
    }
}

/// <summary>What one log record says.</summary>
internal readonly record struct LogRecordText(
    LogLevel Level, string Message, IReadOnlyList<KeyValuePair<string, object?>> Origin, Exception? Exception);
