using Agent.Testing;
using Microsoft.Extensions.Logging;

namespace Agent.Runtime.Tests.Modules;

/// <summary>Everybody logs to the same place.</summary>
internal sealed class OneLog(LineLogger log) : ILoggerFactory
{
    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public ILogger CreateLogger(string categoryName) => log;

    public void Dispose()
    {
        // Nothing is open.
    }
}
