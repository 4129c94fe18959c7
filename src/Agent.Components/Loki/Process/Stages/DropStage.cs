using System.Text;
using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;
using Agent.Sdk.Patterns;

namespace Agent.Components.Loki.Process.Stages;

/// <summary>Drops entries that meet all of the conditions given.</summary>
[Stage("drop")]
public sealed partial class DropStage : LogStage
{
    private const long NanosPerTick = 100;
    private readonly DropCounter _dropped;
    private readonly TimeProvider _time;
    private readonly int[] _sources;
    private readonly byte[] _separator;
    private readonly byte[]? _value;
    private readonly Pattern? _expression;
    private readonly long _longerThan;
    private readonly long _olderThan;

    private DropStage(Arguments arguments, StageContext context)
    {
        _time = context.Time;
        _dropped = new DropCounter(context.Metrics, arguments.DropCounterReason is { Length: > 0 } reason ? reason : "drop_stage");
        _sources = arguments.Source.Length == 0 ? [] : [.. arguments.Source.Split(',').Select(context.Slot)];
        _separator = arguments.Separator.Length == 0 ? [(byte)';'] : Encoding.UTF8.GetBytes(arguments.Separator);
        _value = arguments.Value.Length == 0 ? null : Encoding.UTF8.GetBytes(arguments.Value);
        _expression = arguments.Expression is { Text.Length: > 0 } expression ? expression : null;
        _longerThan = arguments.LongerThan.Bytes;
        _olderThan = arguments.OlderThan.Ticks * NanosPerTick;
    }

    public sealed record Arguments : StageArguments, IValidated
    {
        /// <summary>Reason under which dropped entries are counted.</summary>
        public string DropCounterReason { get; init; } = "drop_stage";

        /// <summary>Names of extracted values, separated by commas; without it, the expression looks at the line.</summary>
        public string Source { get; init; } = "";

        /// <summary>Drops entries whose source is exactly this text.</summary>
        public string Value { get; init; } = "";

        /// <summary>Stands between the values of several sources.</summary>
        public string Separator { get; init; } = ";";

        /// <summary>Drops entries whose source or line matches.</summary>
        public Pattern? Expression { get; init; }

        /// <summary>Drops entries that are older.</summary>
        public TimeSpan OlderThan { get; init; }

        /// <summary>Drops entries whose line is longer.</summary>
        public ByteSize LongerThan { get; init; }

        public override LogStage Create(StageContext context) => new DropStage(this, context);

        public void Validate(ValidationContext context)
        {
            bool hasExpression = Expression is { Text.Length: > 0 };
            if (Source.Length == 0 && !hasExpression && OlderThan == TimeSpan.Zero && LongerThan.Bytes == 0)
            {
                context.Error("drop needs at least one of source, expression, older_than and longer_than");
            }
            else if (Value.Length > 0 && hasExpression)
            {
                context.Error("value", "drop takes either value or expression, not both");
            }
            else if (Value.Length > 0 && Source.Length == 0)
            {
                context.Error("value", "drop needs a source to compare the value with");
            }
        }
    }

    public override bool Keep(LogRecord record)
    {
        if (!ShouldDrop(record))
        {
            return true;
        }
        _dropped.Increment();
        return false;
    }

    private bool ShouldDrop(LogRecord record)
    {
        if (_longerThan != 0 && record.Line.Length <= _longerThan)
        {
            return false;
        }
        if (_olderThan != 0 && record.Timestamp >= Now() - _olderThan)
        {
            return false;
        }
        if (_expression is null && _value is null)
        {
            return HasAllSources(record);
        }
        ReadOnlySpan<byte> text = record.Line.Span;
        if (_sources.Length > 0 && !TryJoin(record, out text))
        {
            return false;
        }
        return _value is not null ? text.SequenceEqual(_value) : _expression!.IsMatch(text);
    }

    private bool HasAllSources(LogRecord record)
    {
        foreach (int source in _sources)
        {
            if (record.Get(source).Kind == SlotKind.Absent)
            {
                return false;
            }
        }
        return true;
    }

    // Absent values are left out; one that is null keeps the line.
    private bool TryJoin(LogRecord record, out ReadOnlySpan<byte> joined)
    {
        ReadOnlyMemory<byte> text = default;
        bool any = false;
        foreach (int source in _sources)
        {
            SlotValue value = record.Get(source);
            if (value.Kind == SlotKind.Null)
            {
                joined = default;
                return false;
            }
            if (value.HasText)
            {
                text = any ? Concat(record, text.Span, value.Text.Span) : value.Text;
                any = true;
            }
        }
        joined = text.Span;
        return true;
    }

    private Memory<byte> Concat(LogRecord record, ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        Memory<byte> joined = record.Scratch.Take(left.Length + _separator.Length + right.Length);
        left.CopyTo(joined.Span);
        _separator.CopyTo(joined.Span[left.Length..]);
        right.CopyTo(joined.Span[(left.Length + _separator.Length)..]);
        return joined;
    }

    private long Now() => (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * NanosPerTick;
}
