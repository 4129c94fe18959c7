using System.Text;
using Agent.Components.Loki.Process.Json;
using Agent.Components.Loki.Process.Labels;
using Agent.Sdk;
using Agent.Sdk.Declarations;

namespace Agent.Components.Loki.Process.Stages;

/// <summary>Packs labels and extracted values into the line, as JSON that Loki's <c>unpack</c> reads.</summary>
[Stage("pack")]
public sealed partial class PackStage : LogStage
{
    private const long NanosPerTick = 100;
    private readonly TimeProvider? _clock;
    private readonly (byte[] Key, int Slot, int Drop)[] _labels;

    private PackStage(Arguments arguments, StageContext context)
    {
        _clock = arguments.IngestTimestamp ? context.Time : null;
        _labels = [.. arguments.Labels.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .Select(name => (Quoted(name), context.Slot(name), context.Change(new DropLabels([name]))))];
    }

    public sealed record Arguments : StageArguments
    {
        /// <summary>Names of the labels and extracted values to pack; labels are removed from the entry.</summary>
        public required ValueList<string> Labels { get; init; }

        /// <summary>Gives entries the time at which they are packed, so that streams that become one stay in order.</summary>
        public bool IngestTimestamp { get; init; } = true;

        public override LogStage Create(StageContext context) => new PackStage(this, context);
    }

    public override bool Keep(LogRecord record)
    {
        int length = "{\"_entry\":\"\"}"u8.Length + JsonQuote.Length(record.Line.Span);
        foreach ((byte[] key, int slot, _) in _labels)
        {
            if (record.TryGetText(slot, out ReadOnlyMemory<byte> value))
            {
                length += key.Length + "\"\","u8.Length + JsonQuote.Length(value.Span);
            }
        }
        var writer = new PackWriter(record.Scratch.Take(length));
        writer.Add("{"u8);
        foreach ((byte[] key, int slot, int drop) in _labels)
        {
            if (record.TryGetText(slot, out ReadOnlyMemory<byte> value))
            {
                writer.Add(key);
                writer.AddEscaped(value.Span);
                writer.Add("\","u8);
                record.Change(drop);
            }
        }
        writer.Add("\"_entry\":\""u8);
        writer.AddEscaped(record.Line.Span);
        writer.Add("\"}"u8);
        record.Line = writer.Written;
        if (_clock is not null)
        {
            record.Timestamp = (_clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * NanosPerTick;
        }
        return true;
    }

    // "name":" with the quote that opens the value.
    private static byte[] Quoted(string name)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(name);
        var writer = new PackWriter(new byte[JsonQuote.Length(utf8) + "\"\":\""u8.Length]);
        writer.Add("\""u8);
        writer.AddEscaped(utf8);
        writer.Add("\":\""u8);
        return writer.Written.ToArray();
    }

    private struct PackWriter(Memory<byte> target)
    {
        private int _length;

        public readonly Memory<byte> Written => target[.._length];

        public void Add(ReadOnlySpan<byte> bytes)
        {
            bytes.CopyTo(target.Span[_length..]);
            _length += bytes.Length;
        }

        public void AddEscaped(ReadOnlySpan<byte> text) => _length += JsonQuote.Write(text, target.Span[_length..]);
    }
}
