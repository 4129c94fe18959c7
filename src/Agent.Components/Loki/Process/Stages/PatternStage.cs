using System.Text.Unicode;
using Agent.Components.Loki.Process.Labels;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;

namespace Agent.Components.Loki.Process.Stages;

/// <summary>Extracts values with a pattern of LogQL, such as <c>&lt;ip&gt; - &lt;user&gt; [&lt;_&gt;]</c>.</summary>
[Stage("pattern")]
public sealed partial class PatternStage : LogStage
{
    private const int NoLabel = -1;

    private readonly LinePattern _pattern;
    private readonly StageSource _source;
    private readonly (int Slot, int Change)[] _captures;

    private PatternStage(Arguments arguments, StageContext context)
    {
        _pattern = LinePattern.TryParse(arguments.Pattern, out LinePattern? pattern, out string? error)
            ? pattern
            : throw new InvalidOperationException($"BUG: the pattern was not validated: {error}");
        _source = context.Source(arguments.Source);
        _captures = [.. _pattern.Names
            .Select(name => (context.Slot(name), arguments.LabelsFromGroups ? context.Change(new SetLabel(name)) : NoLabel))];
    }

    public sealed record Arguments : StageArguments, IValidated
    {
        /// <summary>Pattern in LogQL's syntax; each named capture becomes an extracted value.</summary>
        public required string Pattern { get; init; }

        /// <summary>Name of the extracted value to read; the line where it is not set.</summary>
        public string? Source { get; init; }

        /// <summary>Sets a label from each named capture as well.</summary>
        public bool LabelsFromGroups { get; init; }

        public override LogStage Create(StageContext context) => new PatternStage(this, context);

        public void Validate(ValidationContext context)
        {
            if (!LinePattern.TryParse(Pattern, out _, out string? error))
            {
                context.Error("pattern", $"cannot read the pattern: {error}");
            }
            if (Source is "")
            {
                context.Error("source", "the source must not be empty", "leave it out to read the line");
            }
        }
    }

    public override bool Keep(LogRecord record)
    {
        if (!_source.TryRead(record, out ReadOnlyMemory<byte> text))
        {
            return true;
        }
        const int OnStack = 32;
        Span<Range> found = _captures.Length <= OnStack ? stackalloc Range[OnStack] : new Range[_captures.Length];
        int count = _pattern.Match(text.Span, found);
        for (int i = 0; i < count; i++)
        {
            (int slot, int change) = _captures[i];
            ReadOnlyMemory<byte> value = text[found[i]];
            record.Set(slot, SlotValue.OfText(value));
            if (change != NoLabel && Utf8.IsValid(value.Span))
            {
                record.Change(change, value.Span);
            }
        }
        return true;
    }
}
