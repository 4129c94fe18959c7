using System.Runtime.CompilerServices;
using Agent.Telemetry.Logs;
using Agent.Wire.Protobuf;
using Agent.Wire.Snappy;

namespace Agent.Wire.LokiPush;

/// <summary>Builds one push request: entries arrive in any order of streams, each is encoded once, and leaves grouped by stream.</summary>
/// <remarks>
/// Each stream has a buffer of its own that holds the body of its StreamAdapter message. In steady state an entry allocates
/// nothing: <see cref="Reset"/> keeps the buffers for the next batch, up to <paramref name="maxRetained"/> bytes in all.
/// Not thread safe.
/// </remarks>
/// <param name="maxRetained">Bytes of buffers kept by <see cref="Reset"/>; the surplus goes back to the shared pool.</param>
public sealed class LokiPushBatch(int maxRetained = LokiPushBatch.DefaultRetained) : IDisposable
{
    public const int DefaultRetained = 4 << 20;
    private const int None = -1;
    private GrowableBuffer[] _streams = [];
    private int _closedSize;
    private int _openStream = None;
    private int _openSizeBefore;
    private ProtobufMark _open;

    public int StreamCount { get; private set; }

    public int EntryCount { get; private set; }

    /// <summary>Bytes of the request as protobuf, without an entry that is still open.</summary>
    public int EncodedSize => _closedSize;

    /// <summary>Bytes of buffers that the batch holds, used or not.</summary>
    public long RetainedBytes
    {
        get
        {
            long total = 0;
            for (int i = 0; i < _streams.Length && _streams[i] is { } body; i++)
            {
                total += body.Capacity;
            }
            return total;
        }
    }

    /// <summary>Opens a stream and returns its handle, valid until <see cref="Reset"/>. The caller keeps the map from label set to handle.</summary>
    /// <param name="labelsText">The stream's labels as <see cref="LabelsTextWriter"/> forms them; broken UTF-8 is repaired.</param>
    public int AddStream(ReadOnlySpan<byte> labelsText)
    {
        ThrowIfOpen();
        if (StreamCount == _streams.Length)
        {
            Array.Resize(ref _streams, Math.Max(16, _streams.Length * 2));
        }
        GrowableBuffer body = _streams[StreamCount] ??= new GrowableBuffer();
        new ProtobufWriter(body).WriteString(PushFields.StreamLabels, labelsText);
        _closedSize = checked(_closedSize + FramedSize(body.Length));
        return StreamCount++;
    }

    /// <summary>Adds an entry without structured metadata. Broken UTF-8 in the line becomes U+FFFD.</summary>
    public void Append(int stream, long unixNanos, ReadOnlySpan<byte> line)
    {
        BeginEntry(stream, PushTimestamp.FromUnixNanos(unixNanos), line);
        EndEntry();
    }

    /// <summary>Adds an entry with its structured metadata; its labels are the stream's and are not looked at.</summary>
    public void Append(int stream, in LogEntry entry)
    {
        BeginEntry(stream, PushTimestamp.FromUnixNanos(entry.Timestamp), entry.Line.Span);
        if (!entry.Metadata.IsEmpty)
        {
            AddMetadata(entry.Metadata.Span);
        }
        EndEntry();
    }

    public void BeginEntry(int stream, long unixNanos, ReadOnlySpan<byte> line) =>
        BeginEntry(stream, PushTimestamp.FromUnixNanos(unixNanos), line);

    /// <summary>Starts an entry; AddMetadata as often as needed, then <see cref="EndEntry"/> or <see cref="CancelEntry"/>.</summary>
    public void BeginEntry(int stream, PushTimestamp timestamp, ReadOnlySpan<byte> line)
    {
        ThrowIfOpen();
        GrowableBuffer body = Body(stream);
        int lineLength = Utf8Repair.RepairedLength(line, out bool isValid);
        int timeLength = timestamp.EncodedSize;
        // Timestamp: tag, one length byte (its body is at most 17 bytes). Line: tag, length, text; an empty one is left out.
        int length = checked(2 + timeLength + (lineLength == 0 ? 0 : 1 + Varint.Size((uint)lineLength) + lineLength));
        int lengthBytes = Varint.Size((uint)length);
        int before = body.Length;

        Span<byte> target = body.Reserve(checked(1 + lengthBytes + length));
        target[0] = PushFields.Tag(PushFields.StreamEntries);
        int at = 1 + Varint.Write(target[1..], (uint)length);
        target[at++] = PushFields.Tag(PushFields.EntryTimestamp);
        target[at++] = (byte)timeLength;
        at += timestamp.Write(target[at..]);
        if (lineLength != 0)
        {
            target[at++] = PushFields.Tag(PushFields.EntryLine);
            at += Varint.Write(target[at..], (uint)lineLength);
            Utf8Repair.CopyTo(line, isValid, target.Slice(at, lineLength));
            at += lineLength;
        }
        body.Advance(at);
        (_openStream, _openSizeBefore) = (stream, before);
        _open = new ProtobufMark(before + 1 + lengthBytes, lengthBytes);
    }

    /// <summary>Adds a pair to the open entry; names may repeat, as they may in the format.</summary>
    public void AddMetadata(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        GrowableBuffer body = OpenBody();
        int nameLength = Utf8Repair.RepairedLength(name, out bool nameIsValid);
        int valueLength = Utf8Repair.RepairedLength(value, out bool valueIsValid);
        int nameSize = nameLength == 0 ? 0 : 1 + Varint.Size((uint)nameLength) + nameLength;
        int valueSize = valueLength == 0 ? 0 : 1 + Varint.Size((uint)valueLength) + valueLength;
        int length = checked(nameSize + valueSize);

        Span<byte> target = body.Reserve(checked(1 + Varint.Size((uint)length) + length));
        target[0] = PushFields.Tag(PushFields.EntryMetadata);
        int at = 1 + Varint.Write(target[1..], (uint)length);
        at += WriteText(target[at..], PushFields.PairName, name, nameLength, nameIsValid);
        at += WriteText(target[at..], PushFields.PairValue, value, valueLength, valueIsValid);
        body.Advance(at);
    }

    public void AddMetadata(ReadOnlySpan<MetadataPair> pairs)
    {
        Span<byte> space = stackalloc byte[Utf8Text.UsualLength];
        foreach (ref readonly MetadataPair pair in pairs)
        {
            using var name = new Utf8Text(pair.Name, space);
            AddMetadata(name.Bytes, pair.Value.Span);
        }
    }

    public void EndEntry()
    {
        GrowableBuffer body = OpenBody();
        new ProtobufWriter(body).EndMessage(_open);
        _openStream = None;
        EntryCount++;
        _closedSize = checked(_closedSize + FramedSize(body.Length) - FramedSize(_openSizeBefore));
    }

    /// <summary>Takes the open entry back, for a caller that learns while writing that it does not fit.</summary>
    public void CancelEntry()
    {
        OpenBody().Truncate(_openSizeBefore);
        _openStream = None;
    }

    /// <summary>Writes the request as protobuf, <see cref="EncodedSize"/> bytes, and returns that count.</summary>
    public int WriteTo(Span<byte> target)
    {
        ThrowIfOpen();
        int at = 0;
        foreach (GrowableBuffer body in _streams.AsSpan(0, StreamCount))
        {
            at += WriteFrame(target[at..], body.Length);
            body.Written.CopyTo(target[at..]);
            at += body.Length;
        }
        return at;
    }

    /// <summary>Appends the request, snappy-compressed as the push API expects it, and returns the bytes appended.</summary>
    public int Compress(SnappyEncoder encoder, GrowableBuffer output)
    {
        ThrowIfOpen();
        var segments = new SnappySegments(encoder, EncodedSize, output.Reserve(SnappyEncoder.MaxCompressedLength(EncodedSize)));
        Span<byte> frame = stackalloc byte[1 + Varint.MaxLength];
        foreach (GrowableBuffer body in _streams.AsSpan(0, StreamCount))
        {
            segments.Add(frame[..WriteFrame(frame, body.Length)]);
            segments.Add(body.Written);
        }
        int written = segments.Finish();
        output.Advance(written);
        return written;
    }

    /// <summary>Empties the batch for the next one; handles of streams are void.</summary>
    public void Reset()
    {
        long retained = 0;
        for (int i = 0; i < _streams.Length && _streams[i] is { } body; i++)
        {
            retained += body.Capacity;
            body.Clear();
            if (retained > maxRetained)
            {
                retained -= body.Capacity;
                body.Release();
            }
        }
        (StreamCount, EntryCount, _closedSize, _openStream) = (0, 0, 0, None);
    }

    public void Dispose()
    {
        foreach (GrowableBuffer? body in _streams)
        {
            body?.Release();
        }
        _streams = [];
        (StreamCount, EntryCount, _closedSize, _openStream) = (0, 0, 0, None);
    }

    private static int FramedSize(int body) => 1 + Varint.Size((uint)body) + body;

    private static int WriteFrame(Span<byte> target, int length)
    {
        target[0] = PushFields.Tag(PushFields.RequestStreams);
        return 1 + Varint.Write(target[1..], (uint)length);
    }

    private static int WriteText(Span<byte> target, int field, ReadOnlySpan<byte> text, int length, bool isValid)
    {
        if (length == 0)
        {
            return 0;
        }
        target[0] = PushFields.Tag(field);
        int at = 1 + Varint.Write(target[1..], (uint)length);
        Utf8Repair.CopyTo(text, isValid, target.Slice(at, length));
        return at + length;
    }

    private GrowableBuffer Body(int stream)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)stream, (uint)StreamCount, nameof(stream));
        return _streams[stream];
    }

    private GrowableBuffer OpenBody() =>
        _openStream != None ? _streams[_openStream] : throw new InvalidOperationException("BUG: no entry is open");

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void ThrowIfOpen()
    {
        if (_openStream != None)
        {
            throw new InvalidOperationException("BUG: an entry is still open");
        }
    }
}
