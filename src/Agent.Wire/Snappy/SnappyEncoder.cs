using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Agent.Wire.Protobuf;

namespace Agent.Wire.Snappy;

/// <summary>Compresses to the snappy block format. Reusable; allocates nothing per call; not thread safe.</summary>
/// <remarks>
/// Measured by SnappyBenchmarks. Little-endian machines only (x64, arm64), as everything this agent runs on.
/// </remarks>
public sealed class SnappyEncoder
{
    /// <summary>32 KiB of table: with a 64 KiB window it still leaves room in the second-level cache of small nodes.</summary>
    private const int TableBits = 14;

    /// <summary>A match is not searched in the last bytes of a fragment, so that 16-byte reads stay inside it.</summary>
    private const int InputMargin = 15;

    /// <summary>After 32 misses in a row the search starts skipping bytes: text that does not compress costs little.</summary>
    private const int SkipStart = 32;

    private readonly ushort[] _table = new ushort[1 << TableBits];
    private byte[]? _staging;

    /// <summary>Room a caller must give for <paramref name="inputLength"/> bytes; more than any block really takes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The result would not fit an int.</exception>
    public static int MaxCompressedLength(int inputLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(inputLength);
        long length = 32L + inputLength + inputLength / 6;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Array.MaxLength, nameof(inputLength));
        return (int)length;
    }

    /// <summary>Writes one block and returns its length; <paramref name="output"/> needs <see cref="MaxCompressedLength"/> bytes.</summary>
    public int Compress(ReadOnlySpan<byte> input, Span<byte> output)
    {
        var segments = new SnappySegments(this, input.Length, output);
        segments.Add(input);
        return segments.Finish();
    }

    /// <summary>
    /// Appends what stands for <paramref name="input"/> in a block, without the length that leads the block: what several calls give is one block
    /// when it follows the length of all inputs.
    /// </summary>
    public void AppendElements(ReadOnlySpan<byte> input, GrowableBuffer output)
    {
        while (!input.IsEmpty)
        {
            ReadOnlySpan<byte> fragment = input[..Math.Min(input.Length, SnappyFormat.FragmentLength)];
            output.Advance(CompressFragment(fragment, ref MemoryMarshal.GetReference(output.Reserve(MaxCompressedLength(fragment.Length)))));
            input = input[fragment.Length..];
        }
    }

    /// <summary>Appends the length that leads a block.</summary>
    public static void AppendLength(int length, GrowableBuffer output) => output.Advance(Varint.Write(output.Reserve(Varint.MaxLength), (uint)length));

    /// <summary>64 KiB in which <see cref="SnappySegments"/> joins small segments; made at first use, kept for the next block.</summary>
    internal byte[] Staging => _staging ??= GC.AllocateUninitializedArray<byte>(SnappyFormat.FragmentLength);

    /// <summary>Compresses at most 64 KiB. The caller guarantees room for the worst case and 16 bytes more.</summary>
    internal int CompressFragment(ReadOnlySpan<byte> input, ref byte target)
    {
        // A small fragment gets a small table: clearing 32 KiB would cost more than compressing it.
        int bits = Math.Clamp(BitOperations.Log2((uint)Math.Max(1, input.Length - 1)) + 1, 8, TableBits);
        _table.AsSpan(0, 1 << bits).Clear();
        return CompressFragment(
            ref MemoryMarshal.GetReference(input), input.Length, ref target, ref MemoryMarshal.GetArrayDataReference(_table), 64 - bits);
    }

    private static int CompressFragment(ref byte source, int length, ref byte target, ref ushort table, int shift)
    {
        int written = 0;
        int emitted = 0;
        int limit = length - InputMargin;
        int at = 1;
        while (FindMatch(ref source, ref table, shift, limit, ref at) is int candidate and >= 0)
        {
            written += EmitLiteral(ref Unsafe.Add(ref target, written), ref Unsafe.Add(ref source, emitted), at - emitted);
            ulong next;
            do
            {
                int matched = 4 + MatchLength(ref source, candidate + 4, at + 4, length);
                written += EmitCopy(ref Unsafe.Add(ref target, written), at - candidate, matched);
                at += matched;
                emitted = at;
                if (at >= limit)
                {
                    goto tail;
                }
                // Often a second match follows at once: look before searching, and leave a trace of where this one ended.
                next = Load64(ref source, at - 1);
                Unsafe.Add(ref table, Hash(next, shift)) = (ushort)(at - 1);
                ref ushort slot = ref Unsafe.Add(ref table, Hash(next >> 8, shift));
                candidate = slot;
                slot = (ushort)at;
            }
            while ((uint)(next >> 8) == Load32(ref source, candidate));
            at++;
        }
    tail:
        if (emitted < length)
        {
            written += EmitLastLiteral(ref Unsafe.Add(ref target, written), ref Unsafe.Add(ref source, emitted), length - emitted);
        }
        return written;
    }

    /// <summary>The next position from <paramref name="at"/> whose first four bytes occurred before, and where; -1 when the margin is reached.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int FindMatch(ref byte source, ref ushort table, int shift, int limit, ref int at)
    {
        int position = at;
        int skip = SkipStart;
        while (position < limit)
        {
            ulong bytes = Load64(ref source, position);
            ref ushort slot = ref Unsafe.Add(ref table, Hash(bytes, shift));
            int candidate = slot;
            slot = (ushort)position;
            if ((uint)bytes == Load32(ref source, candidate))
            {
                at = position;
                return candidate;
            }
            int step = skip >> 5;
            skip += step;
            position += step;
        }
        return -1;
    }

    /// <summary>How many bytes agree at two positions, the second up to the end of the fragment.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int MatchLength(ref byte source, int earlier, int later, int length)
    {
        int start = later;
        while (later <= length - 8)
        {
            ulong difference = Load64(ref source, earlier) ^ Load64(ref source, later);
            if (difference != 0)
            {
                return later - start + (BitOperations.TrailingZeroCount(difference) >> 3);
            }
            earlier += 8;
            later += 8;
        }
        while (later < length && Unsafe.Add(ref source, earlier) == Unsafe.Add(ref source, later))
        {
            earlier++;
            later++;
        }
        return later - start;
    }

    /// <summary>Short literals are copied as 16 bytes whatever their length: the margin makes the surplus readable and writable.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int EmitLiteral(ref byte target, ref byte source, int length)
    {
        if (length <= 16)
        {
            target = (byte)((length - 1) << 2);
            Copy16(ref Unsafe.Add(ref target, 1), ref source);
            return length + 1;
        }
        return EmitLastLiteral(ref target, ref source, length);
    }

    private static int EmitLastLiteral(ref byte target, ref byte source, int length)
    {
        int header = 1;
        int value = length - 1;
        if (value < 60)
        {
            target = (byte)(value << 2);
        }
        else if (value < 256)
        {
            target = 60 << 2;
            Unsafe.Add(ref target, 1) = (byte)value;
            header = 2;
        }
        else
        {
            // A fragment is at most 64 KiB, so two bytes always hold the length.
            target = 61 << 2;
            Unsafe.WriteUnaligned(ref Unsafe.Add(ref target, 1), (ushort)value);
            header = 3;
        }
        Unsafe.CopyBlockUnaligned(ref Unsafe.Add(ref target, header), ref source, (uint)length);
        return header + length;
    }

    /// <summary>Copies longer than 64 bytes take several elements, split so that the last is never shorter than 4.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int EmitCopy(ref byte target, int offset, int length)
    {
        int written = 0;
        while (length >= 68)
        {
            written += EmitTwoByteOffset(ref Unsafe.Add(ref target, written), offset, 64);
            length -= 64;
        }
        if (length > 64)
        {
            written += EmitTwoByteOffset(ref Unsafe.Add(ref target, written), offset, 60);
            length -= 60;
        }
        if (length >= 12 || offset >= 2048)
        {
            return written + EmitTwoByteOffset(ref Unsafe.Add(ref target, written), offset, length);
        }
        Unsafe.Add(ref target, written) = (byte)(((offset >> 8) << 5) | ((length - 4) << 2) | SnappyFormat.CopyOneByteOffset);
        Unsafe.Add(ref target, written + 1) = (byte)offset;
        return written + 2;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int EmitTwoByteOffset(ref byte target, int offset, int length)
    {
        target = (byte)(((length - 1) << 2) | SnappyFormat.CopyTwoByteOffset);
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref target, 1), (ushort)offset);
        return 3;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy16(ref byte target, ref byte source) =>
        Unsafe.WriteUnaligned(ref target, Unsafe.ReadUnaligned<Vector128<byte>>(ref source));

    /// <summary>
    /// Hashes six bytes, though four make a match: on log text that finds fewer but longer matches, which is a fifth faster to
    /// compress and a third faster to decompress than hashing four, for one per cent more bytes.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nuint Hash(ulong bytes, int shift) => (nuint)(((bytes << 16) * 0x9E3779B185EBCA87) >> shift);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Load32(ref byte source, int at) => Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref source, (nint)(uint)at));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Load64(ref byte source, int at) => Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref source, (nint)(uint)at));
}
