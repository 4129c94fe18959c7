using System.Text.Unicode;
using Agent.Components.Loki.Process.Labels;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;
using Agent.Sdk.Patterns;

namespace Agent.Components.Loki.Process.Stages;

/// <summary>Extracts the named groups of a regular expression.</summary>
[Stage("regex")]
public sealed partial class RegexStage : LogStage
{
    private const int NoLabel = -1;

    private readonly Pattern _pattern;
    private readonly StageSource _source;
    private readonly (int Group, int Slot, int Change)[] _groups;

    private RegexStage(Arguments arguments, StageContext context)
    {
        _pattern = arguments.Expression;
        _source = context.Source(arguments.Source);
        var groups = new List<(int, int, int)>();
        for (int i = 1; i < _pattern.GroupNames.Count; i++)
        {
            if (_pattern.GroupNames[i] is { Length: > 0 } name)
            {
                groups.Add((i, context.Slot(name), arguments.LabelsFromGroups ? context.Change(new SetLabel(name)) : NoLabel));
            }
        }
        _groups = [.. groups];
    }

    public sealed record Arguments : StageArguments, IValidated
    {
        /// <summary>Regular expression in RE2 syntax; each named group becomes an extracted value.</summary>
        public required Pattern Expression { get; init; }

        /// <summary>Name of the extracted value to search; the line where it is not set.</summary>
        public string? Source { get; init; }

        /// <summary>Sets a label from each named group as well.</summary>
        public bool LabelsFromGroups { get; init; }

        public override LogStage Create(StageContext context) => new RegexStage(this, context);

        public void Validate(ValidationContext context)
        {
            if (Expression.Text.Length == 0)
            {
                context.Error("expression", "regex needs an expression that is not empty");
            }
            if (Source is "")
            {
                context.Error("source", "the source must not be empty", "leave it out to search the line");
            }
        }
    }

    public override bool Keep(LogRecord record)
    {
        if (!_source.TryRead(record, out ReadOnlyMemory<byte> text))
        {
            return true;
        }
        const int OnStack = 64;
        int count = _pattern.GroupCount + 1;
        Span<ByteRange> ranges = count <= OnStack ? stackalloc ByteRange[OnStack] : new ByteRange[count];
        ranges = ranges[..count];
        if (!_pattern.Match(text.Span, ranges))
        {
            return true;
        }
        foreach ((int group, int slot, int change) in _groups)
        {
            ByteRange range = ranges[group];
            ReadOnlyMemory<byte> value = range.Found ? text[range.Start..range.End] : default;
            record.Set(slot, SlotValue.OfText(value));
            if (change != NoLabel && Utf8.IsValid(value.Span))
            {
                record.Change(change, value.Span);
            }
        }
        return true;
    }
}
