using System.Buffers;

namespace Agent.Components.Prometheus.ExporterBlackbox.StreamProbe;

/// <summary>Reads lines, and bytes, from a connection. A line that is longer than upstream's limit is an error, not memory.</summary>
internal sealed class LineReader(Stream stream) : IDisposable
{
    private const int LongestLine = 64 * 1024;

    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(LongestLine);
    private int _start;
    private int _end;
    private bool _isAtEnd;

    /// <summary>The next line without its end, valid until the next call; null at the end of the stream.</summary>
    /// <exception cref="IOException">The connection broke, or the line is too long.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadLineAsync(CancellationToken stop)
    {
        int scanned = 0;
        while (true)
        {
            int length = _buffer.AsSpan(_start + scanned, _end - _start - scanned).IndexOf((byte)'\n');
            if (length >= 0)
            {
                return Take(scanned + length, skipped: 1);
            }
            scanned = _end - _start;
            if (_isAtEnd)
            {
                // Not in one expression: null would become an empty line, by way of an array.
                if (scanned == 0)
                {
                    return null;
                }
                return Take(scanned, skipped: 0);
            }
            await FillAsync(stop);
        }
    }

    /// <summary>Fills <paramref name="into"/>; returns how much there was before the end of the stream.</summary>
    public async ValueTask<int> ReadBytesAsync(Memory<byte> into, CancellationToken stop)
    {
        int kept = Math.Min(into.Length, _end - _start);
        _buffer.AsMemory(_start, kept).CopyTo(into);
        _start += kept;
        return kept + await stream.ReadAtLeastAsync(into[kept..], into.Length - kept, throwOnEndOfStream: false, stop);
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);

    private ReadOnlyMemory<byte> Take(int length, int skipped)
    {
        ReadOnlyMemory<byte> line = _buffer.AsMemory(_start, length);
        _start += length + skipped;
        return line.Span.EndsWith("\r"u8) ? line[..^1] : line;
    }

    private async ValueTask FillAsync(CancellationToken stop)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }
        if (_end >= LongestLine)
        {
            throw new IOException("bufio.Scanner: token too long");
        }
        int read = await stream.ReadAsync(_buffer.AsMemory(_end, LongestLine - _end), stop);
        _end += read;
        _isAtEnd = read == 0;
    }
}
