using System.Buffers;
using System.Text.Json;

namespace Agent.Kubernetes.Json;

/// <summary>Which objects of a stream are frames.</summary>
internal enum FrameShape
{
    /// <summary>Every object of the stream, one after the other: the events of a watch.</summary>
    Documents,

    /// <summary>The items of the one list object that the stream holds, and its <c>metadata</c>.</summary>
    ListParts,
}

/// <summary>Cuts a stream of JSON into objects that stand in one piece in a pooled buffer: a list is never held whole, nor its text twice.</summary>
/// <remarks>
/// A byte is looked at once, however the stream is split into reads; only braces, brackets and strings count, the rest is left to whoever
/// decodes the frame. An object over the limit is passed over without being kept.
/// </remarks>
internal sealed class JsonFrames(Stream stream, FrameShape shape, int largest) : IDisposable
{
    private const int SmallBuffer = 32 * 1024;
    private const int LargeBuffer = 1024 * 1024;

    private readonly FrameScanner _scanner = new(shape);
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(SmallBuffer);
    private int _next;
    private int _filled;
    private int _frameStart;
    private int _frameLength;

    /// <summary>Bytes read so far.</summary>
    public long BytesRead { get; private set; }

    /// <summary>The object, from brace to brace; good until the next read. Empty where it was too large.</summary>
    public ReadOnlySpan<byte> Frame => _buffer.AsSpan(_frameStart, _frameLength);

    /// <summary>Bytes of the object, also where it was too large to be kept.</summary>
    public long FrameSize { get; private set; }

    /// <summary>Whether the frame is the list's metadata instead of an item.</summary>
    public bool IsMetadata => _scanner.IsMetadata;

    /// <summary>Goes to the next frame; false at the end of the stream (or of the list).</summary>
    /// <exception cref="JsonException">The stream is no JSON.</exception>
    /// <exception cref="EndOfStreamException">It ends within an object.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public async ValueTask<bool> ReadAsync(CancellationToken stop)
    {
        while (true)
        {
            if (_scanner.Scan(_buffer.AsSpan(_next, _filled - _next), out int scanned))
            {
                _next += scanned;
                SetFrame();
                return true;
            }
            _next += scanned;
            if (_scanner.IsDone)
            {
                return false;
            }
            MakeRoom();
            int read = await stream.ReadAsync(_buffer.AsMemory(_filled), stop).ConfigureAwait(false);
            if (read == 0)
            {
                return _scanner.IsBetween ? false : throw new EndOfStreamException("the server's answer breaks off in the middle");
            }
            _filled += read;
            BytesRead += read;
        }
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        (_next, _filled, _frameStart, _frameLength) = (0, 0, 0, 0);
    }

    private void SetFrame()
    {
        FrameSize = _scanner.FrameSize;
        // A frame over the limit has been thrown away in part; one under it stands just before what is scanned next.
        _frameLength = FrameSize > largest ? 0 : (int)FrameSize;
        _frameStart = _next - _frameLength;
    }

    /// <summary>Moves what is still needed (a frame that has begun) to the front; grows the buffer where the frame fills it.</summary>
    private void MakeRoom()
    {
        (_frameStart, _frameLength) = (0, 0);
        int kept = _scanner.OpenSize is var open && open > largest ? 0 : (int)open;
        int start = _next - kept;
        if (kept == _buffer.Length)
        {
            Replace(Math.Min(_buffer.Length * 2, largest + SmallBuffer), start, kept);
        }
        else if (kept == 0 && _buffer.Length > LargeBuffer)
        {
            // One large object must not cost its size for as long as the watch runs.
            Replace(SmallBuffer, start, 0);
        }
        else if (start > 0)
        {
            _buffer.AsSpan(start, kept).CopyTo(_buffer);
        }
        (_next, _filled) = (kept, kept);
    }

    private void Replace(int size, int start, int kept)
    {
        byte[] other = ArrayPool<byte>.Shared.Rent(size);
        _buffer.AsSpan(start, kept).CopyTo(other);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = other;
    }
}
