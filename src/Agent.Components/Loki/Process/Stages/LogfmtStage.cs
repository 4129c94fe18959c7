using System.Text;
using Agent.Components.Common.Logfmt;
using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;
using Agent.Sdk.Patterns;

namespace Agent.Components.Loki.Process.Stages;

/// <summary>Extracts values from lines of <c>key=value</c> pairs.</summary>
[Stage("logfmt")]
public sealed partial class LogfmtStage : LogStage
{
    private readonly StageSource _source;
    private readonly (byte[] Key, int Slot)[] _mapping;
    private readonly Pattern? _pattern;

    private LogfmtStage(Arguments arguments, StageContext context)
    {
        _source = context.Source(arguments.Source);
        _pattern = arguments.Regex is { Text.Length: > 0 } pattern ? pattern : null;

        // One key fills one name: where two names want the same key, the last one gets it.
        var slots = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach ((string name, string key) in arguments.Mapping)
        {
            slots[key.Length == 0 ? name : key] = context.Slot(name);
        }
        _mapping = [.. slots.Select(static pair => (Encoding.UTF8.GetBytes(pair.Key), pair.Value))];
    }

    public sealed record Arguments : StageArguments, IValidated
    {
        /// <summary>Values to extract, each with its key; without one, both have the same name.</summary>
        public ValueMap<string> Mapping { get; init; } = ValueMap<string>.Empty;

        /// <summary>Name of the extracted value to read; the line where it is not set.</summary>
        public string Source { get; init; } = "";

        /// <summary>Extracts every key that it matches.</summary>
        public Pattern? Regex { get; init; }

        public override LogStage Create(StageContext context) => new LogfmtStage(this, context);

        public void Validate(ValidationContext context)
        {
            if (Mapping.Count == 0 && Regex is not { Text.Length: > 0 })
            {
                context.Error("logfmt needs a mapping or a regex");
            }
        }
    }

    // What was read before a syntax error stays.
    public override bool Keep(LogRecord record)
    {
        if (!_source.TryRead(record, out ReadOnlyMemory<byte> text))
        {
            return true;
        }
        var reader = new LogfmtReader(text.Span);
        while (reader.NextRecord())
        {
            while (reader.Read())
            {
                Take(reader.Key, reader.Value, text, record);
            }
        }
        return true;
    }

    private void Take(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, ReadOnlyMemory<byte> text, LogRecord record)
    {
        foreach ((byte[] wanted, int slot) in _mapping)
        {
            if (key.SequenceEqual(wanted))
            {
                record.Set(slot, Value(value, text, record));
            }
        }
        if (_pattern is not null && _pattern.IsMatch(key))
        {
            record.Set(key, Value(value, text, record));
        }
    }

    private static SlotValue Value(ReadOnlySpan<byte> value, ReadOnlyMemory<byte> text, LogRecord record) =>
        SlotValue.OfText(text.Span.Overlaps(value, out int offset) ? text.Slice(offset, value.Length) : record.Scratch.Copy(value));
}
