using Agent.Telemetry.Logs;
using Microsoft.Extensions.Logging;

namespace Agent.Runtime.Logging;

public enum LogFormat
{
    Logfmt,
    Json,
}

/// <summary>What the <c>logging</c> block sets; swapped as a whole.</summary>
public sealed record LogSettings(LogLevel Level, LogFormat Format, IReadOnlyList<ILogConsumer> WriteTo)
{
    public static LogSettings Default { get; } = new(LogLevel.Information, LogFormat.Logfmt, []);
}
