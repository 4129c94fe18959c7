using System.Buffers;

namespace Agent.Telemetry;

/// <summary>An arena of pooled memory: what it handed out stays where it is until <see cref="Clear"/>.</summary>
/// <remarks>It grows by whole chunks and never moves bytes, so slices stay valid while more is written.</remarks>
public sealed class PooledBytes : IDisposable
{
    private const int ChunkSize = 64 * 1024;
    private readonly List<byte[]> _chunks = [];
    private int _used;

    /// <summary>Bytes held from the pool.</summary>
    public long Capacity { get; private set; }

    /// <summary>Takes <paramref name="length"/> bytes; their content is undefined.</summary>
    public Memory<byte> Take(int length)
    {
        if (_chunks.Count == 0 || _chunks[^1].Length - _used < length)
        {
            byte[] chunk = ArrayPool<byte>.Shared.Rent(Math.Max(length, ChunkSize));
            _chunks.Add(chunk);
            Capacity += chunk.Length;
            _used = 0;
        }
        Memory<byte> taken = _chunks[^1].AsMemory(_used, length);
        _used += length;
        return taken;
    }

    public ReadOnlyMemory<byte> Copy(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return default;
        }
        Memory<byte> taken = Take(bytes.Length);
        bytes.CopyTo(taken.Span);
        return taken;
    }

    /// <summary>Gives back all chunks but the first, where that is of the usual size; everything handed out is invalid from now on.</summary>
    public void Clear()
    {
        int keep = _chunks.Count > 0 && _chunks[0].Length <= 2 * ChunkSize ? 1 : 0;
        Release(keep);
    }

    public void Dispose() => Release(0);

    private void Release(int keep)
    {
        for (int i = keep; i < _chunks.Count; i++)
        {
            Capacity -= _chunks[i].Length;
            ArrayPool<byte>.Shared.Return(_chunks[i]);
        }
        _chunks.RemoveRange(keep, _chunks.Count - keep);
        _used = 0;
    }
}
