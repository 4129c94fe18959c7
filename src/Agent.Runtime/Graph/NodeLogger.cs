using Microsoft.Extensions.Logging;

namespace Agent.Runtime.Graph;

/// <summary>Adds the path and id of a component to everything that it logs.</summary>
internal sealed class NodeLogger(ILogger inner, string path, string id) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => inner.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            var record = new NodeLogState([new("component_path", path), new("component_id", id)], formatter(state, exception));
            inner.Log(logLevel, eventId, record, exception, static (made, _) => made.Message);
        }
    }
}
