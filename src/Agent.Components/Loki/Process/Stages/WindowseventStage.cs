using System.Text.Unicode;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;
using Agent.Telemetry;

namespace Agent.Components.Loki.Process.Stages;

/// <summary>Extracts the sections of a message from the Windows event log: its description, and <c>key: value</c> pairs.</summary>
[Stage("windowsevent")]
public sealed partial class WindowseventStage : LogStage
{
    private static readonly byte[] Description = "Description"u8.ToArray();
    private readonly int _source;
    private readonly MessageFields _fields;
    private readonly DropCounter _dropped;

    private WindowseventStage(Arguments arguments, StageContext context)
    {
        _source = context.Slot(arguments.Source);

        // Any text is a label name here, as in Alloy: only an empty name and broken UTF-8 are not.
        _fields = new MessageFields(arguments.DropInvalidLabels, arguments.OverwriteExisting, static name => !name.IsEmpty && Utf8.IsValid(name));
        _dropped = new DropCounter(context.Metrics, "windowsevent_stage");
    }

    public sealed record Arguments : StageArguments, IValidated
    {
        /// <summary>Name of the extracted value that holds the message.</summary>
        public string Source { get; init; } = "message";

        /// <summary>Leaves fields out whose name is no label name, instead of replacing what does not fit by underscores.</summary>
        public bool DropInvalidLabels { get; init; }

        /// <summary>Overwrites extracted values that are there already, instead of adding <c>_extracted</c> to the name.</summary>
        public bool OverwriteExisting { get; init; }

        public override LogStage Create(StageContext context) => new WindowseventStage(this, context);

        public void Validate(ValidationContext context)
        {
            if (Source.Length == 0)
            {
                context.Error("source", "windowsevent needs the name of an extracted value");
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
        ReadOnlyMemory<byte> description = TakeUntil(ref rest, "\r\n\r\n"u8, out bool more);
        if (_fields.TryName(Description, record, out ReadOnlyMemory<byte> name))
        {
            MessageFields.Set(name, Without(description, "\t\r\n"u8, record.Scratch), record);
        }
        while (more)
        {
            TakeSection(TakeUntil(ref rest, "\r\n\r\n"u8, out more), record);
        }
        return true;
    }

    // A first line without a value is the section's title: it goes in front of the names, which occur in several sections.
    private void TakeSection(ReadOnlyMemory<byte> section, LogRecord record)
    {
        ReadOnlyMemory<byte> title = default;
        bool isFirst = true;
        bool more = true;
        while (more)
        {
            ReadOnlyMemory<byte> line = TakeUntil(ref section, "\r\n"u8, out more);
            int colon = line.Span.IndexOf((byte)':');
            if (colon >= 0 && colon + 1 == line.Length)
            {
                title = isFirst ? line[..colon] : title;
            }
            else if (colon >= 0)
            {
                ReadOnlyMemory<byte> value = Continued(line[(colon + 1)..], ref section, ref more, record.Scratch);
                Set(title, line[..colon], value, record);
            }
            isFirst = false;
        }
    }

    private void Set(ReadOnlyMemory<byte> title, ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value, LogRecord record)
    {
        if (!title.IsEmpty)
        {
            Memory<byte> whole = record.Scratch.Take(title.Length + 1 + key.Length);
            title.CopyTo(whole);
            whole.Span[title.Length] = (byte)'_';
            key.CopyTo(whole[(title.Length + 1)..]);
            key = whole;
        }
        if (_fields.TryName(Without(key, "\t\r\n "u8, record.Scratch), record, out ReadOnlyMemory<byte> name))
        {
            MessageFields.Set(name, Without(value, "\t\r\n"u8, record.Scratch), record);
        }
    }

    // Lines behind a pair that are neither empty nor a pair belong to its value, after a comma.
    private static ReadOnlyMemory<byte> Continued(
        ReadOnlyMemory<byte> value, ref ReadOnlyMemory<byte> rest, ref bool more, PooledBytes scratch)
    {
        // What is left of the section bounds what the value can grow to; a comma takes the place of a line break.
        Memory<byte> joined = default;
        int length = value.Length;
        while (more)
        {
            ReadOnlyMemory<byte> ahead = rest;
            ReadOnlyMemory<byte> line = TakeUntil(ref ahead, "\r\n"u8, out bool moreAhead);
            if (line.IsEmpty || line.Span.Contains((byte)':'))
            {
                break;
            }
            if (joined.IsEmpty)
            {
                joined = scratch.Take(value.Length + 1 + rest.Length);
                value.CopyTo(joined);
            }
            joined.Span[length++] = (byte)',';
            line.CopyTo(joined[length..]);
            length += line.Length;
            (rest, more) = (ahead, moreAhead);
        }
        return joined.IsEmpty ? value : joined[..length];
    }

    private static ReadOnlyMemory<byte> TakeUntil(ref ReadOnlyMemory<byte> rest, ReadOnlySpan<byte> separator, out bool more)
    {
        int end = rest.Span.IndexOf(separator);
        more = end >= 0;
        ReadOnlyMemory<byte> taken = more ? rest[..end] : rest;
        rest = more ? rest[(end + separator.Length)..] : default;
        return taken;
    }

    private static ReadOnlyMemory<byte> Without(ReadOnlyMemory<byte> text, ReadOnlySpan<byte> unwanted, PooledBytes scratch)
    {
        if (!text.Span.ContainsAny(unwanted))
        {
            return text;
        }
        Memory<byte> kept = scratch.Take(text.Length);
        int length = 0;
        foreach (byte value in text.Span)
        {
            if (!unwanted.Contains(value))
            {
                kept.Span[length++] = value;
            }
        }
        return kept[..length];
    }
}
