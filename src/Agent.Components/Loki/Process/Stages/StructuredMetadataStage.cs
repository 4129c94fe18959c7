using System.Text;
using System.Text.Unicode;
using Agent.Components.Loki.Process.Labels;
using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;
using Agent.Sdk.Patterns;
using Agent.Telemetry;

namespace Agent.Components.Loki.Process.Stages;

/// <summary>Adds extracted values and labels to structured metadata; labels move there.</summary>
[Stage("structured_metadata")]
public sealed partial class StructuredMetadataStage : LogStage
{
    private readonly (string Name, string Source, int Slot, int Drop)[] _values;
    private readonly Pattern? _pattern;
    private readonly int _dropMatching;

    private StructuredMetadataStage(Arguments arguments, StageContext context)
    {
        _values = [.. LabelMapping.Of(arguments.Values)
            .Select(value => (value.Name, value.Source, context.Slot(value.Source), context.Change(new DropLabels([value.Source]))))];
        if (arguments.Regex is { Text.Length: > 0 } pattern)
        {
            _pattern = pattern;
            _dropMatching = context.Change(new DropMatching(pattern));
        }
    }

    public sealed record Arguments : StageArguments, IValidated
    {
        /// <summary>Metadata to add, each with the name of its value; without one, both have the same name.</summary>
        public ValueMap<string?> Values { get; init; } = ValueMap<string?>.Empty;

        /// <summary>Adds every extracted value and label whose name it matches.</summary>
        public Pattern? Regex { get; init; }

        public override LogStage Create(StageContext context) => new StructuredMetadataStage(this, context);

        public void Validate(ValidationContext context) => LabelMapping.Validate(Values, context);
    }

    public override bool Keep(LogRecord record)
    {
        foreach ((string name, _, int slot, _) in _values)
        {
            if (record.TryGetText(slot, out ReadOnlyMemory<byte> text) && Utf8.IsValid(text.Span))
            {
                record.SetMetadata(name, text);
            }
        }
        if (_pattern is not null)
        {
            AddMatchingValues(record, _pattern);
        }
        MoveLabels(record);
        return true;
    }

    private static void AddMatchingValues(LogRecord record, Pattern pattern)
    {
        foreach (ExtractedValue value in record.ListExtracted())
        {
            if (value.Value.HasText && pattern.IsMatch(value.Name) && Utf8.IsValid(value.Value.Text.Span))
            {
                record.SetMetadata(value.Name, value.Value.Text);
            }
        }
    }

    // A label wins over the extracted value of the same name.
    private void MoveLabels(LogRecord record)
    {
        LabelSet labels = record.Labels;
        foreach ((string name, string source, _, int drop) in _values)
        {
            if (labels.Contains(source))
            {
                record.SetMetadata(name, Encode(labels[source], record));
                record.Change(drop);
            }
        }
        if (_pattern is null)
        {
            return;
        }
        labels = record.Labels;
        bool any = false;
        foreach (Label label in labels.Span)
        {
            if (_pattern.IsMatch(label.Name))
            {
                record.SetMetadata(label.Name, Encode(label.Value, record));
                any = true;
            }
        }
        if (any)
        {
            record.Change(_dropMatching);
        }
    }

    private static Memory<byte> Encode(string text, LogRecord record)
    {
        Memory<byte> bytes = record.Scratch.Take(Encoding.UTF8.GetByteCount(text));
        Encoding.UTF8.GetBytes(text, bytes.Span);
        return bytes;
    }

    private sealed class DropMatching(Pattern pattern) : LabelChange
    {
        public override void Apply(LabelSetBuilder labels, string value) => labels.RemoveAll(label => pattern.IsMatch(label.Name));
    }
}
