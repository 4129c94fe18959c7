using Agent.Components.Common.GoTime;
using Agent.Components.Loki.Process.Json;
using Agent.Components.Loki.Process.Labels;
using Agent.Sdk.Declarations;

namespace Agent.Components.Loki.Process.Stages;

/// <summary>Reads lines in the JSON format of Docker's log files.</summary>
[Stage("docker")]
public sealed partial class DockerStage : LogStage
{
    private readonly int _output;
    private readonly int _stream;
    private readonly int _timestamp;
    private readonly int _setStream;

    private DockerStage(StageContext context)
    {
        _output = context.Slot("output");
        _stream = context.Slot("stream");
        _timestamp = context.Slot("timestamp");
        _setStream = context.Change(new SetLabel("stream"));
    }

    public sealed record Arguments : StageArguments
    {
        public override LogStage Create(StageContext context) => new DockerStage(context);
    }

    public override bool Keep(LogRecord record)
    {
        // What is not in the format, or has no text in its field "log", passes unchanged.
        if (!TryParse(record.Line.Span, out Fields fields))
        {
            return true;
        }
        ReadOnlyMemory<byte> log = Text(record, fields.Log);
        if (log.IsEmpty)
        {
            return true;
        }
        ReadOnlyMemory<byte> stream = Text(record, fields.Stream);
        ReadOnlyMemory<byte> time = Text(record, fields.Time);
        record.Set(_output, SlotValue.OfText(log));
        record.Set(_stream, SlotValue.OfText(stream));
        record.Set(_timestamp, SlotValue.OfText(time));
        record.Line = log;
        record.Change(_setStream, stream.Span);
        if (Rfc3339.TryParseNanoseconds(time.Span, out long timestamp))
        {
            record.Timestamp = timestamp;
        }
        return true;
    }

    private static ReadOnlyMemory<byte> Text(LogRecord record, Range range) =>
        range.Equals(default) ? default : JsonValueReader.Read(record.Line[range], record.Scratch).Text;

    private static bool TryParse(ReadOnlySpan<byte> json, out Fields fields)
    {
        fields = default;
        var scanner = new JsonScanner(json);
        if (!scanner.TryTake((byte)'{'))
        {
            return false;
        }
        bool first = true;
        while (scanner.TryNextMember(ref first, out ReadOnlySpan<byte> key, out _, out bool done))
        {
            if (done)
            {
                return scanner.IsAtEnd();
            }
            byte kind = scanner.Peek();
            int start = scanner.Position;
            if (!scanner.TrySkipValue() || !TryPut(ref fields, key, kind, start..scanner.Position))
            {
                return false;
            }
        }
        return false;
    }

    // As encoding/json fills a struct: names in any case, the last one counts, null changes nothing, another type is an error.
    private static bool TryPut(ref Fields fields, ReadOnlySpan<byte> key, byte kind, Range value)
    {
        int field = Field(key);
        if (field == 0 || kind == 'n')
        {
            return true;
        }
        fields = field switch
        {
            1 => fields with { Log = value },
            2 => fields with { Time = value },
            _ => fields with { Stream = value },
        };
        return kind == '"';
    }

    private static int Field(ReadOnlySpan<byte> key) => key.Length switch
    {
        3 when System.Text.Ascii.EqualsIgnoreCase(key, "log"u8) => 1,
        4 when System.Text.Ascii.EqualsIgnoreCase(key, "time"u8) => 2,
        6 when System.Text.Ascii.EqualsIgnoreCase(key, "stream"u8) => 3,
        _ => 0,
    };

    private readonly record struct Fields(Range Log, Range Time, Range Stream);
}
