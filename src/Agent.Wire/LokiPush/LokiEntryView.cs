using Agent.Wire.Protobuf;

namespace Agent.Wire.LokiPush;

/// <summary>One entry of a stream. The line is as sent: it may be broken UTF-8.</summary>
public readonly ref struct LokiEntryView
{
    private readonly ReadOnlySpan<byte> _message;

    private LokiEntryView(ReadOnlySpan<byte> message, PushTimestamp timestamp, ReadOnlySpan<byte> line)
    {
        _message = message;
        Timestamp = timestamp;
        Line = line;
    }

    public PushTimestamp Timestamp { get; }

    public ReadOnlySpan<byte> Line { get; }

    /// <summary>Structured metadata in the order sent; names may repeat.</summary>
    public MetadataEnumerator Metadata => new(_message);

    /// <summary>Reads and checks an entry, its metadata included.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> message, out LokiEntryView entry, out string? error)
    {
        var reader = new ProtobufReader(message);
        PushTimestamp? timestamp = null;
        ReadOnlySpan<byte> line = default;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case PushFields.EntryTimestamp:
                    PushTimestamp read = default;
                    if (reader.TryBytes(out ReadOnlySpan<byte> time) && !PushTimestamp.TryRead(time, ref read, out string? wrongTime))
                    {
                        reader.Fail(wrongTime!);
                    }
                    timestamp = read;
                    break;
                case PushFields.EntryLine:
                    reader.TryBytes(out line);
                    break;
                case PushFields.EntryMetadata:
                    if (reader.TryBytes(out ReadOnlySpan<byte> pair) && !LokiMetadataView.TryRead(pair, out _, out string? wrongPair))
                    {
                        reader.Fail(wrongPair!);
                    }
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
        entry = new LokiEntryView(message, timestamp ?? PushTimestamp.Earliest, line);
        error = reader.Error;
        return error is null;
    }

    public ref struct MetadataEnumerator
    {
        private ProtobufReader _entry;

        internal MetadataEnumerator(ReadOnlySpan<byte> message) => _entry = new ProtobufReader(message);

        public LokiMetadataView Current { get; private set; }

        public readonly MetadataEnumerator GetEnumerator() => this;

        public bool MoveNext()
        {
            while (_entry.Next())
            {
                if (_entry.Field == PushFields.EntryMetadata && _entry.TryBytes(out ReadOnlySpan<byte> message)
                    && LokiMetadataView.TryRead(message, out LokiMetadataView pair, out _))
                {
                    Current = pair;
                    return true;
                }
                _entry.Skip();
            }
            return false;
        }
    }
}
