using System.Text.Unicode;
using Agent.Components.Loki.Process.Labels;
using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;
using Agent.Telemetry.Logs;

namespace Agent.Components.Loki.Process.Stages;

/// <summary>Sets labels from extracted values or from structured metadata.</summary>
[Stage("labels")]
public sealed partial class LabelsStage : LogStage
{
    private readonly bool _fromMetadata;
    private readonly (int Change, int Slot, string Source)[] _labels;

    private LabelsStage(Arguments arguments, StageContext context)
    {
        _fromMetadata = arguments.SourceType == ValueSource.StructuredMetadata;
        _labels = [.. LabelMapping.Of(arguments.Values)
            .Select(label => (context.Change(new SetLabel(label.Name)), context.Slot(label.Source), label.Source))];
    }

    public sealed record Arguments : StageArguments, IValidated
    {
        /// <summary>Labels to set, each with the name of its value; without one, label and value have the same name.</summary>
        public required ValueMap<string?> Values { get; init; }

        /// <summary>Where to look the values up: <c>extracted</c> or <c>structured_metadata</c>.</summary>
        public ValueSource SourceType { get; init; } = ValueSource.Extracted;

        public override LogStage Create(StageContext context) => new LabelsStage(this, context);

        public void Validate(ValidationContext context)
        {
            LabelMapping.Validate(Values, context);
            if (SourceType is ValueSource.Label or ValueSource.Line)
            {
                context.Error("source_type", "labels can only come from \"extracted\" or \"structured_metadata\"");
            }
        }
    }

    public override bool Keep(LogRecord record)
    {
        foreach ((int change, int slot, string source) in _labels)
        {
            bool found = _fromMetadata
                ? TryFind(record.Metadata, source, out ReadOnlyMemory<byte> value)
                : record.TryGetText(slot, out value);
            if (found && Utf8.IsValid(value.Span))
            {
                record.Change(change, value.Span);
            }
        }
        return true;
    }

    private static bool TryFind(ReadOnlySpan<MetadataPair> metadata, string name, out ReadOnlyMemory<byte> value)
    {
        foreach (MetadataPair pair in metadata)
        {
            if (pair.Name == name)
            {
                value = pair.Value;
                return true;
            }
        }
        value = default;
        return false;
    }
}
