using Agent.Components.Common.Relabel;
using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;
using Agent.Syntax.Values;
using Agent.Telemetry.Logs;

namespace Agent.Components.Loki.SourceJournal;

/// <summary>Reads log entries from the systemd journal and follows it.</summary>
/// <example>loki.source.journal "read" {
///   forward_to = []
///   labels     = {component = "loki.source.journal"}
/// }</example>
[Component("loki.source.journal")]
public sealed partial class LokiSourceJournal(ComponentContext context) : IComponent<LokiSourceJournal.Arguments>, IDebuggable
{
    private volatile JournalSettings? _settings;
    private volatile Arguments? _arguments;
    private volatile JournalRun? _run;

    public sealed record Arguments : IValidated
    {
        /// <summary>Where to send entries.</summary>
        public required ValueList<ILogConsumer> ForwardTo { get; init; }

        /// <summary>Sends the whole entry as a JSON object instead of its MESSAGE.</summary>
        public bool FormatAsJson { get; init; }

        /// <summary>Oldest entries to read, as their age when reading starts.</summary>
        public TimeSpan MaxAge { get; init; } = TimeSpan.FromHours(7);

        /// <summary>Folder of the journal files; empty for the machine's own journal.</summary>
        public string Path { get; init; } = "";

        /// <summary>Rules for the labels of entries; fields are `__journal_` and the name in small letters.</summary>
        public RelabelRules RelabelRules { get; init; } = RelabelRules.Empty;

        /// <summary>Fields that entries must have, as `FIELD=VALUE`, separated by spaces.</summary>
        public string Matches { get; init; } = "";

        /// <summary>Labels of every entry, beside `job`, which is the component's name.</summary>
        public ValueMap<string> Labels { get; init; } = ValueMap<string>.Empty;

        /// <summary>Takes over the cursor of Promtail or of the static mode when the agent has none yet.</summary>
        [Block] public LegacyPositionArguments? LegacyPosition { get; init; }

        public void Validate(ValidationContext context)
        {
            if (JournalMatches.FirstBad(Matches) is { } bad)
            {
                context.Error(
                    "matches",
                    $"Error parsing journal reader 'matches' configuration value: \"{bad}\" is no match",
                    "write matches as FIELD=VALUE, such as \"_SYSTEMD_UNIT=nginx.service PRIORITY=3\"");
            }
        }
    }

    public sealed record LegacyPositionArguments
    {
        /// <summary>The positions file.</summary>
        public required string File { get; init; }

        /// <summary>Name of the job that read the journal.</summary>
        public required string Name { get; init; }
    }

    /// <summary>Opens the journal; tests have readers of their own.</summary>
    internal Func<JournalSource, JournalStart, IJournalReader> OpenReader { get; init; } = JournalReaders.Open;

    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop)
    {
        _arguments = arguments;
        var settings = new JournalSettings(arguments, context.Id);
        _settings = settings;
        _run?.Apply(settings);
        return ValueTask.CompletedTask;
    }

    public async Task RunAsync(CancellationToken stop)
    {
        // An earlier run failed; what was delivered since counts.
        if (_run is { } failed)
        {
            await failed.DisposeAsync();
        }
        JournalRun run = JournalRun.Open(context, _arguments!.LegacyPosition, OpenReader);
        _run = run;
        run.Apply(_settings!);
        await run.RunAsync(stop);
    }

    /// <summary>Saves what was delivered after the last entry was read: sinks may have gone on for a while.</summary>
    public ValueTask DisposeAsync() => _run?.DisposeAsync() ?? ValueTask.CompletedTask;

    public Value DebugState() => _run?.DebugState() ?? Value.Null;
}
