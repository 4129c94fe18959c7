using Agent.Telemetry;
using Agent.Telemetry.Logs;

namespace Agent.Components.Loki.SourceJournal;

/// <summary>What one set of arguments means. Its caches belong to the thread that reads the journal.</summary>
internal sealed class JournalSettings
{
    private const string JobLabel = "job";

    /// <param name="arguments">As the user wrote them.</param>
    /// <param name="id">The component's, which every entry carries as its job.</param>
    public JournalSettings(LokiSourceJournal.Arguments arguments, string id)
    {
        Source = new JournalSource(arguments.Path, JournalMatches.Parse(arguments.Matches));
        MaxAge = arguments.MaxAge;
        FormatAsJson = arguments.FormatAsJson;
        Consumer = LogFanOut.Of(arguments.ForwardTo);
        Names = new FieldNames(arguments.RelabelRules);
        Labels = new JournalLabels(LabelSet.From(arguments.Labels).With(JobLabel, id), arguments.RelabelRules);
    }

    public JournalSource Source { get; }

    public TimeSpan MaxAge { get; }

    public bool FormatAsJson { get; }

    public ILogConsumer Consumer { get; }

    public FieldNames Names { get; }

    public JournalLabels Labels { get; }
}
