using System.Buffers.Binary;
using System.IO.Compression;
using Agent.Wire;

namespace Agent.Components.Prometheus.Scrape;

/// <summary>Unpacks an answer, and notices where its end is missing, which the system's own decompression does not.</summary>
/// <remarks>
/// Gzip ends with the length of what was packed. Half an answer would otherwise pass for a whole one of the text format, and the series
/// of the other half for ended. Several members in a row, which no target sends, are refused with it.
/// </remarks>
internal static class GzipBody
{
    /// <returns>False where there is more than the limit.</returns>
    /// <exception cref="InvalidDataException">It is no gzip, or not all of it.</exception>
    public static async Task<bool> ReadAsync(Stream raw, GrowableBuffer body, long limit, CancellationToken stop)
    {
        var packed = new TailStream(raw);
        await using var unpacked = new GZipStream(packed, CompressionMode.Decompress, leaveOpen: true);
        if (!await TargetFetch.ReadAsync(unpacked, body, limit, stop))
        {
            return false;
        }
        if (packed.Tail != (uint)body.Length)
        {
            throw new InvalidDataException("the gzip data of the answer is cut off");
        }
        return true;
    }

    /// <summary>Passes on what it reads, and keeps the last four bytes.</summary>
    private sealed class TailStream(Stream inner) : Stream
    {
        private readonly byte[] _last = new byte[sizeof(uint)];

        public uint Tail => BinaryPrimitives.ReadUInt32LittleEndian(_last);

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int read = await inner.ReadAsync(buffer, cancellationToken);
            Keep(buffer.Span[..read]);
            return read;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        private void Keep(ReadOnlySpan<byte> read)
        {
            int kept = Math.Max(0, _last.Length - read.Length);
            _last.AsSpan(_last.Length - kept).CopyTo(_last);
            read[Math.Max(0, read.Length - _last.Length)..].CopyTo(_last.AsSpan(kept));
        }
    }
}
