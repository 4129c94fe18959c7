using Agent.Components.Common.GoTime;
using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;
using Agent.Telemetry;

namespace Agent.Components.Loki.Process.Stages;

/// <summary>Sets the timestamp of entries from an extracted value.</summary>
[Stage("timestamp")]
public sealed partial class TimestampStage : LogStage
{
    private readonly int _source;
    private readonly TimeFormat[] _formats;
    private readonly bool _fudgesFailures;
    private readonly bool _fudgesDuplicates;
    private readonly LastTimestamps _last = new();

    private TimestampStage(Arguments arguments, StageContext context)
    {
        _source = context.Slot(arguments.Source);
        GoLocation? location = FindLocation(arguments.Location);
        _formats = [.. new[] { arguments.Format }.Concat(arguments.FallbackFormats).Select(format => TimeFormat.Of(format, location, context.Time))];
        _fudgesFailures = arguments.ActionOnFailure is "" or "fudge";
        _fudgesDuplicates = arguments.ActionOnDuplicateTimestamp is "" or "fudge";
    }

    public sealed record Arguments : StageArguments, IValidated
    {
        /// <summary>Name of the extracted value to read.</summary>
        public required string Source { get; init; }

        /// <summary>How the value is written: a name such as RFC3339 or UnixMs, or a layout of Go's reference time.</summary>
        public required string Format { get; init; }

        /// <summary>Formats to try in turn where the first one does not fit.</summary>
        public ValueList<string> FallbackFormats { get; init; } = [];

        /// <summary>Time zone of values that name none, such as Europe/Berlin.</summary>
        public string? Location { get; init; }

        /// <summary>What happens where no time can be read: <c>fudge</c> gives the stream's last time plus one nanosecond, <c>skip</c> keeps the entry's.</summary>
        public string ActionOnFailure { get; init; } = "fudge";

        /// <summary>What happens where a stream's time comes again: <c>fudge</c> adds a nanosecond, <c>keep</c> leaves it.</summary>
        public string ActionOnDuplicateTimestamp { get; init; } = "fudge";

        public override LogStage Create(StageContext context) => new TimestampStage(this, context);

        public void Validate(ValidationContext context)
        {
            if (Source.Length == 0)
            {
                context.Error("source", "timestamp needs the name of an extracted value");
            }
            if (Format.Length == 0)
            {
                context.Error("format", "timestamp needs a format");
            }
            if (Location is not null && FindLocation(Location) is null)
            {
                context.Error("location", $"unknown time zone {Location}");
            }
            if (ActionOnFailure is not ("" or "fudge" or "skip"))
            {
                context.Error("action_on_failure", $"unknown action \"{ActionOnFailure}\"", "write \"fudge\" or \"skip\"");
            }
            if (ActionOnDuplicateTimestamp is not ("" or "fudge" or "keep"))
            {
                context.Error("action_on_duplicate_timestamp", $"unknown action \"{ActionOnDuplicateTimestamp}\"", "write \"fudge\" or \"keep\"");
            }
        }
    }

    public override bool Keep(LogRecord record)
    {
        bool parsed = TryParse(record, out long time);
        if (!_fudgesDuplicates && !_fudgesFailures)
        {
            record.Timestamp = parsed ? time : record.Timestamp;
            return true;
        }
        LabelSet stream = record.Labels;
        lock (_last.Gate)
        {
            bool known = _last.TryGet(stream, out LastTimestamp last);
            if (parsed)
            {
                bool isRepeated = _fudgesDuplicates && known && last.Parsed == time;
                record.Timestamp = isRepeated ? last.Given + 1 : time;
                _last.Set(stream, new LastTimestamp(time, record.Timestamp));
            }
            else if (_fudgesFailures && known)
            {
                record.Timestamp = last.Given + 1;
                _last.Set(stream, last with { Given = record.Timestamp });
            }
        }
        return true;
    }

    private static GoLocation? FindLocation(string? name) =>
        name is not null && GoLocation.TryLoad(name, out GoLocation? location, out _) ? location : null;

    private bool TryParse(LogRecord record, out long time)
    {
        time = 0;
        if (!record.TryGetText(_source, out ReadOnlyMemory<byte> text))
        {
            return false;
        }
        foreach (TimeFormat format in _formats)
        {
            if (format.TryParse(text.Span, out time))
            {
                return true;
            }
        }
        return false;
    }
}
