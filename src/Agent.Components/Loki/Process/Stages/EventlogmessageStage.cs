using System.Text;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;

namespace Agent.Components.Loki.Process.Stages;

/// <summary>Extracts the <c>key: value</c> lines of a message from the Windows event log; <c>stage.windowsevent</c> reads more of it.</summary>
[Stage("eventlogmessage")]
public sealed partial class EventlogmessageStage : LogStage
{
    private readonly int _source;
    private readonly MessageFields _fields;
    private readonly DropCounter _dropped;

    private EventlogmessageStage(Arguments arguments, StageContext context)
    {
        _source = context.Slot(arguments.Source);
        _fields = new MessageFields(arguments.DropInvalidLabels, arguments.OverwriteExisting, EventText.IsLabelName);
        _dropped = new DropCounter(context.Metrics, "eventlogmessage_stage");
    }

    public sealed record Arguments : StageArguments, IValidated
    {
        /// <summary>Name of the extracted value that holds the message.</summary>
        public string Source { get; init; } = "message";

        /// <summary>Leaves fields out whose name is no label name, instead of replacing what does not fit by underscores.</summary>
        public bool DropInvalidLabels { get; init; }

        /// <summary>Overwrites extracted values that are there already, instead of adding <c>_extracted</c> to the name.</summary>
        public bool OverwriteExisting { get; init; }

        public override LogStage Create(StageContext context) => new EventlogmessageStage(this, context);

        public void Validate(ValidationContext context)
        {
            if (!EventText.IsLabelName(Encoding.UTF8.GetBytes(Source)))
            {
                context.Error("source", $"invalid label name: {Source}");
            }
        }
    }

    public override bool Keep(LogRecord record)
    {
        SlotValue source = record.Get(_source);
        if (source.Kind == SlotKind.Absent)
        {
            return true;
        }
        if (!source.HasText)
        {
            // A value that is there but null cannot be a message: Alloy drops the entry.
            _dropped.Increment();
            return false;
        }
        ReadOnlyMemory<byte> rest = source.Text;
        while (true)
        {
            int end = rest.Span.IndexOf("\r\n"u8);
            Take(end < 0 ? rest : rest[..end], record);
            if (end < 0)
            {
                return true;
            }
            rest = rest[(end + 2)..];
        }
    }

    private void Take(ReadOnlyMemory<byte> line, LogRecord record)
    {
        int colon = line.Span.IndexOf((byte)':');
        if (colon >= 0 && _fields.TryName(line[..colon], record, out ReadOnlyMemory<byte> name))
        {
            MessageFields.Set(name, line[(colon + 1)..], record);
        }
    }
}
