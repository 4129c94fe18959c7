using Agent.Wire.Protobuf;

namespace Agent.Wire.LokiPush;

/// <summary>One stream of a push request that <see cref="LokiPushReader.TryOpen"/> has checked.</summary>
public readonly ref struct LokiStreamView
{
    private readonly ReadOnlySpan<byte> _message;

    internal LokiStreamView(ReadOnlySpan<byte> message)
    {
        _message = message;
        // Fields may come in any order, and the last of a repeated one counts.
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            if (reader.Field == PushFields.StreamLabels && reader.TryBytes(out ReadOnlySpan<byte> labels))
            {
                Labels = labels;
            }
            else
            {
                reader.Skip();
            }
        }
    }

    /// <summary>The labels' text, such as <c>{app="x"}</c>: see <see cref="LabelsTextReader"/>.</summary>
    public ReadOnlySpan<byte> Labels { get; }

    public Enumerator Entries => new(_message);

    internal static bool TryValidate(ReadOnlySpan<byte> message, out string? error)
    {
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case PushFields.StreamLabels:
                    reader.TryBytes(out _);
                    break;
                case PushFields.StreamEntries:
                    if (reader.TryBytes(out ReadOnlySpan<byte> entry) && !LokiEntryView.TryRead(entry, out _, out string? cause))
                    {
                        reader.Fail(cause!);
                    }
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
        error = reader.Error;
        return error is null;
    }

    /// <summary>The entries in the order sent.</summary>
    public ref struct Enumerator
    {
        private ProtobufReader _stream;

        internal Enumerator(ReadOnlySpan<byte> message) => _stream = new ProtobufReader(message);

        public LokiEntryView Current { get; private set; }

        public readonly Enumerator GetEnumerator() => this;

        public bool MoveNext()
        {
            while (_stream.Next())
            {
                if (_stream.Field == PushFields.StreamEntries && _stream.TryBytes(out ReadOnlySpan<byte> message)
                    && LokiEntryView.TryRead(message, out LokiEntryView entry, out _))
                {
                    Current = entry;
                    return true;
                }
                _stream.Skip();
            }
            return false;
        }
    }
}
