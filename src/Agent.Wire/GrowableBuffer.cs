using System.Buffers;
using System.Runtime.CompilerServices;

namespace Agent.Wire;

/// <summary>A contiguous run of bytes that grows by doubling, in memory rented from the shared pool.</summary>
/// <remarks>Spans taken from it die at the next call that may grow it, and at <see cref="Release"/>. Not thread safe.</remarks>
public sealed class GrowableBuffer : IBufferWriter<byte>, IDisposable
{
    private const int SmallestRent = 256;
    private byte[] _bytes = [];
    private bool _isRented;

    public int Length { get; private set; }

    /// <summary>Bytes held, written or not: what a bound on retained memory counts.</summary>
    public int Capacity => _bytes.Length;

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    public ReadOnlyMemory<byte> WrittenMemory => _bytes.AsMemory(0, Length);

    /// <summary>The written bytes, open to change in place (lengths are patched this way).</summary>
    public Span<byte> Mutable => _bytes.AsSpan(0, Length);

    /// <summary>At least <paramref name="count"/> writable bytes behind the written ones; <see cref="Advance"/> says how many were used.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<byte> Reserve(int count)
    {
        if (_bytes.Length - Length < count)
        {
            Grow(count);
        }
        return _bytes.AsSpan(Length);
    }

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(_bytes.Length - Length), nameof(count));
        Length += count;
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        Length += bytes.Length;
    }

    public void WriteByte(byte value)
    {
        Reserve(1)[0] = value;
        Length++;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(Math.Max(1, sizeHint));
        return _bytes.AsMemory(Length);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => Reserve(Math.Max(1, sizeHint));

    /// <summary>Forgets the content and keeps the memory.</summary>
    public void Clear() => Length = 0;

    /// <summary>Drops the bytes behind <paramref name="length"/>.</summary>
    public void Truncate(int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)length, (uint)Length, nameof(length));
        Length = length;
    }

    /// <summary>
    /// Keeps little more memory than the content takes, for one that is to be kept for long. From then on it grows by a quarter at a time, and its
    /// memory is not of the pool.
    /// </summary>
    public void Trim()
    {
        int room = Length + (Length / 16);
        if (_bytes.Length > room + (room / 8) + SmallestRent)
        {
            byte[] smaller = GC.AllocateUninitializedArray<byte>(room);
            Written.CopyTo(smaller);
            Replace(smaller, isRented: false);
        }
    }

    /// <summary>Forgets the content and gives the memory back to the pool; the buffer stays usable.</summary>
    public void Release()
    {
        Length = 0;
        Replace([], isRented: false);
    }

    public void Dispose() => Release();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Grow(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        long needed = (long)Length + count;
        if (needed > Array.MaxLength)
        {
            throw new InvalidOperationException($"cannot grow a buffer to {needed} bytes: an array ends at {Array.MaxLength}");
        }
        if (!_isRented && _bytes.Length > 0)
        {
            // It was trimmed, and is to stay so: one that grows a little now and then is not doubled.
            byte[] longer = GC.AllocateUninitializedArray<byte>((int)Math.Min(Array.MaxLength, Math.Max(needed, _bytes.Length * 5L / 4)));
            Written.CopyTo(longer);
            Replace(longer, isRented: false);
            return;
        }
        long doubled = Math.Min(Array.MaxLength, Math.Max(SmallestRent, 2L * _bytes.Length));
        byte[] larger = ArrayPool<byte>.Shared.Rent((int)Math.Max(needed, doubled));
        _bytes.AsSpan(0, Length).CopyTo(larger);
        Replace(larger, isRented: true);
    }

    private void Replace(byte[] bytes, bool isRented)
    {
        if (_isRented)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
        }
        (_bytes, _isRented) = (bytes, isRented);
    }
}
