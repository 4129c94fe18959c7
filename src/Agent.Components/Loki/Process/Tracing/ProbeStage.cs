using System.Text;
using Agent.Sdk.Tracing;
using Agent.Telemetry.Logs;

namespace Agent.Components.Loki.Process.Tracing;

/// <summary>Arguments of the stage that a trace ends with.</summary>
internal sealed record ProbeArguments(ProbeStage Probe) : StageArguments
{
    public override LogStage Create(StageContext context) => Probe;
}

/// <summary>Writes down what comes past.</summary>
internal sealed class ProbeStage : LogStage
{
    public List<TracedEntry> Seen { get; } = [];

    public override bool Keep(LogRecord record)
    {
        var metadata = new List<KeyValuePair<string, string>>();
        foreach (MetadataPair pair in record.Metadata)
        {
            metadata.Add(new(pair.Name, Text(pair.Value)));
        }
        Seen.Add(new TracedEntry(record.Timestamp, Text(record.Line), record.Labels)
        {
            Metadata = metadata,
            Extracted =
            [
                .. record.ListExtracted().OrderBy(static value => value.Name, StringComparer.Ordinal)
                    .Select(static value => new KeyValuePair<string, string>(value.Name, Text(value.Value.Text))),
            ],
        });
        return true;
    }

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);
}
