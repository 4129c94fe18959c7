using Agent.Runtime.Graph;
using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;
using Agent.Telemetry.Logs;
using Microsoft.Extensions.Logging;

namespace Agent.Runtime.Logging;

/// <summary>The <c>logging</c> block: sets what the agent's own log shows and where it goes.</summary>
public sealed class LoggingBlock(AgentLog log) : IComponent<LoggingBlock.Arguments>, IActivated
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
    private volatile bool _isActive;

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
        if (_isActive)
        {
            log.Settings = _wanted;
        }
        return ValueTask.CompletedTask;
    }

    /// <summary>From now on the settings hold until the block goes.</summary>
    public void Activate()
    {
        _isActive = true;
        log.Settings = _wanted;
    }

    public Task RunAsync(CancellationToken stop) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);

    public ValueTask DisposeAsync()
    {
        // A block of a load that was refused has never been active, and leaves alone what the running one set.
        if (_isActive)
        {
            log.Settings = LogSettings.Default;
        }
        return ValueTask.CompletedTask;
    }
}
