using Agent.Wire;

namespace Agent.Components.Loki.SourceKubernetesEvents;

/// <summary>The messages of a watch: one a line. What is not ended by a line break is none yet.</summary>
internal sealed class EventLines(Stream stream) : IDisposable
{
    // Far more than the server stores in one object.
    private const int LongestLine = 8 * 1024 * 1024;
    private const int Piece = 32 * 1024;

    private readonly GrowableBuffer _buffer = new();
    private int _taken;

    /// <summary>Waits for more; false at the end. Lines that were taken are gone then.</summary>
    /// <exception cref="InvalidDataException">A line does not end.</exception>
    public async ValueTask<bool> ReadAsync(CancellationToken stop)
    {
        int left = _buffer.Length - _taken;
        _buffer.Mutable[_taken..].CopyTo(_buffer.Mutable);
        _buffer.Truncate(left);
        _taken = 0;
        if (left == 0)
        {
            // Events are seldom: between them no memory is held.
            _buffer.Release();
        }
        if (left > LongestLine)
        {
            throw new InvalidDataException($"a message of the watch is longer than {LongestLine} bytes");
        }
        int read = await stream.ReadAsync(_buffer.GetMemory(Piece), stop);
        _buffer.Advance(read);
        return read > 0;
    }

    /// <summary>The next complete line; valid until more is read.</summary>
    public bool TryTake(out ReadOnlyMemory<byte> line)
    {
        ReadOnlyMemory<byte> rest = _buffer.WrittenMemory[_taken..];
        int end = rest.Span.IndexOf((byte)'\n');
        line = end < 0 ? default : rest[..end];
        _taken += end + 1;
        return end >= 0;
    }

    public void Dispose() => _buffer.Dispose();
}
