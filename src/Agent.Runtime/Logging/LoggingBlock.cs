using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;
using Agent.Telemetry.Logs;
using Microsoft.Extensions.Logging;

namespace Agent.Runtime.Logging;

/// <summary>The <c>logging</c> block: sets what the agent's own log shows and where it goes.</summary>
public sealed class LoggingBlock(AgentLog log) : IComponent<LoggingBlock.Arguments>
{
    public enum Level
    {
        Error,
        Warn,
        Info,
        Debug,
    }

    public enum Destination
    {
        Stderr,
        WindowsEventLog,
    }

    [ConfigBlock("logging")]
    public sealed record Arguments : IValidated
    {
        /// <summary>Level at which log lines are written.</summary>
        public Level Level { get; init; } = Level.Info;

        /// <summary>Format of the log lines.</summary>
        public LogFormat Format { get; init; } = LogFormat.Logfmt;

        /// <summary>Where log lines go.</summary>
        public Destination Destination { get; init; } = Destination.Stderr;

        /// <summary>Receivers that get the log lines too.</summary>
        public ValueList<ILogConsumer> WriteTo { get; init; } = [];

        public void Validate(ValidationContext context)
        {
            if (Destination == Destination.WindowsEventLog)
            {
                context.Error("destination", "cannot log to windows_event_log: it exists on Windows only", "use \"stderr\"");
            }
        }
    }

    private LogSettings _wanted = LogSettings.Default;
    private volatile bool _isRunning;

    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop)
    {
        LogLevel level = arguments.Level switch
        {
            Level.Error => LogLevel.Error,
            Level.Warn => LogLevel.Warning,
            Level.Info => LogLevel.Information,
            _ => LogLevel.Debug,
        };
        _wanted = new LogSettings(level, arguments.Format, arguments.WriteTo);
        if (_isRunning)
        {
            log.Settings = _wanted;
        }
        return ValueTask.CompletedTask;
    }

    /// <summary>The settings hold as long as the block stands in the configuration.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        _isRunning = true;
        log.Settings = _wanted;
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _isRunning = false;
        log.Settings = LogSettings.Default;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
