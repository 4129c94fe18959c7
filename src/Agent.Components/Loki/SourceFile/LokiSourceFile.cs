using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;
using Agent.Syntax.Values;
using Agent.Telemetry;
using Agent.Telemetry.Logs;

namespace Agent.Components.Loki.SourceFile;

/// <summary>Reads log entries from files and follows them as they grow and are rotated.</summary>
/// <example>loki.source.file "default" {
///   targets    = [{__path__ = "/var/log/syslog", job = "syslog"}]
///   forward_to = []
/// }</example>
[Component("loki.source.file")]
public sealed partial class LokiSourceFile(ComponentContext context) : IComponent<LokiSourceFile.Arguments>, IDebuggable
{
    private volatile Arguments? _arguments;
    private volatile SourceFileRun? _run;

    public sealed record Arguments : IValidated
    {
        /// <summary>Files to read: `__path__` is the path, labels without leading underscores go with every entry.</summary>
        public required ValueList<Target> Targets { get; init; }

        /// <summary>Where to send entries.</summary>
        public required ValueList<ILogConsumer> ForwardTo { get; init; }

        /// <summary>Encoding of the files, by its IANA name; a byte order mark wins over it. Empty means UTF-8.</summary>
        public string Encoding { get; init; } = "";

        /// <summary>Leaves out what a file holds when it is first seen; files that are made later are read whole.</summary>
        public bool TailFromEnd { get; init; }

        /// <summary>Positions file of Promtail or of the static mode, taken over when the agent has no positions yet.</summary>
        public string LegacyPositionsFile { get; init; } = "";

        /// <summary>What to do with a file whose stored position is damaged.</summary>
        public PositionsFileError OnPositionsFileError { get; init; } = PositionsFileError.RestartFromBeginning;

        /// <summary>Reads compressed files, once each.</summary>
        [Block] public DecompressionArguments? Decompression { get; init; }

        /// <summary>How often files are looked at where the system does not report changes.</summary>
        [Block] public FileWatchArguments FileWatch { get; init; } = new();

        /// <summary>Finds files by patterns.</summary>
        [Block] public FileMatchArguments FileMatch { get; init; } = new();

        public void Validate(ValidationContext context)
        {
            if (!FileEncodings.TryGet(Encoding, out _))
            {
                context.Error("encoding", $"cannot read files as \"{Encoding}\": no such encoding", "use an IANA name, such as \"UTF-16LE\"");
            }
            if (Decompression is not { Enabled: true })
            {
                return;
            }
            if (TailFromEnd)
            {
                context.Error("tail_from_end", "cannot start at the end of compressed files", "leave out tail_from_end or the decompression block");
            }
            if (OnPositionsFileError == PositionsFileError.RestartFromEnd)
            {
                context.Error("on_positions_file_error", "cannot start at the end of compressed files", "use \"restart_from_beginning\" or \"skip\"");
            }
        }
    }

    public sealed record DecompressionArguments
    {
        /// <summary>Whether files are decompressed.</summary>
        public required bool Enabled { get; init; }

        /// <summary>How they are compressed.</summary>
        public required CompressionFormat Format { get; init; }

        /// <summary>Time to wait before a new file is read, so that whoever compresses it can finish.</summary>
        public TimeSpan InitialDelay { get; init; }
    }

    public sealed record FileWatchArguments : IValidated
    {
        /// <summary>Time between looks at a file that has just changed.</summary>
        public TimeSpan MinPollFrequency { get; init; } = TimeSpan.FromMilliseconds(250);

        /// <summary>Time between looks at a file that has not changed for long.</summary>
        public TimeSpan MaxPollFrequency { get; init; } = TimeSpan.FromMilliseconds(250);

        public void Validate(ValidationContext context)
        {
            if (MinPollFrequency <= TimeSpan.Zero)
            {
                context.Error("min_poll_frequency", "cannot poll files: min_poll_frequency must be greater than 0");
            }
            if (MaxPollFrequency <= TimeSpan.Zero)
            {
                context.Error("max_poll_frequency", "cannot poll files: max_poll_frequency must be greater than 0");
            }
        }
    }

    public sealed record FileMatchArguments : IValidated
    {
        /// <summary>Whether `__path__` and `__path_exclude__` of the targets are patterns.</summary>
        public bool Enabled { get; init; }

        /// <summary>Time between two looks for files; new ones are usually found at once.</summary>
        public TimeSpan SyncPeriod { get; init; } = TimeSpan.FromSeconds(10);

        /// <summary>Leaves out files that were not written to for so long; 0 leaves out none.</summary>
        public TimeSpan IgnoreOlderThan { get; init; }

        public void Validate(ValidationContext context)
        {
            if (SyncPeriod <= TimeSpan.Zero)
            {
                context.Error("sync_period", "cannot look for files: sync_period must be greater than 0");
            }
        }
    }

    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop)
    {
        _arguments = arguments;
        _run?.Apply(arguments);
        return ValueTask.CompletedTask;
    }

    public async Task RunAsync(CancellationToken stop)
    {
        // An earlier run failed; what was delivered since counts.
        _run?.Dispose();
        SourceFileRun run = SourceFileRun.Open(context, _arguments!);
        _run = run;
        // Arguments that came between the two lines above.
        run.Apply(_arguments!);
        await run.RunAsync(stop);
    }

    /// <summary>Saves what was delivered after the last line was read: sinks may have gone on for a while.</summary>
    public ValueTask DisposeAsync() => _run?.DisposeAsync() ?? ValueTask.CompletedTask;

    public Value DebugState() => _run?.DebugState() ?? Value.Null;
}
