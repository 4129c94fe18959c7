using Agent.Wire.Protobuf;

namespace Agent.Wire.LokiPush;

/// <summary>A push request in protobuf, read in place: streams, their entries, their metadata, all as views with no allocation.</summary>
/// <remarks>
/// <see cref="TryOpen"/> walks the whole request once, touching only tags and lengths, so that a request is refused before
/// anything of it is forwarded; the views then need no error path. They live as long as the message's bytes.
/// </remarks>
/// <example>if (LokiPushReader.TryOpen(body, out var streams, out error)) foreach (var stream in streams) foreach (var entry in stream.Entries) …</example>
public ref struct LokiPushReader
{
    private ProtobufReader _request;

    private LokiPushReader(ReadOnlySpan<byte> message) => _request = new ProtobufReader(message);

    public LokiStreamView Current { get; private set; }

    public static bool TryOpen(ReadOnlySpan<byte> message, out LokiPushReader reader, out string? error)
    {
        reader = new LokiPushReader(message);
        var request = new ProtobufReader(message);
        while (request.Next())
        {
            if (request.Field != PushFields.RequestStreams)
            {
                request.Skip();
            }
            else if (request.TryBytes(out ReadOnlySpan<byte> stream) && !LokiStreamView.TryValidate(stream, out string? cause))
            {
                request.Fail(cause!);
            }
        }
        error = request.Error;
        return error is null;
    }

    public readonly LokiPushReader GetEnumerator() => this;

    public bool MoveNext()
    {
        while (_request.Next())
        {
            if (_request.Field == PushFields.RequestStreams && _request.TryBytes(out ReadOnlySpan<byte> stream))
            {
                Current = new LokiStreamView(stream);
                return true;
            }
            _request.Skip();
        }
        return false;
    }
}
