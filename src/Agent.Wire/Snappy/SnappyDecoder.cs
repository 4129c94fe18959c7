using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Agent.Wire.Protobuf;

namespace Agent.Wire.Snappy;

/// <summary>Decompresses the snappy block format. Bad input is refused with false; nothing outside the spans is touched.</summary>
public static class SnappyDecoder
{
    /// <summary>The length a block claims to have uncompressed. False where the claim is unreadable or exceeds what an array can hold.</summary>
    /// <remarks>A claim only: check it against a maximum, and <see cref="MaxUncompressedLength"/>, before allocating.</remarks>
    public static bool TryGetUncompressedLength(ReadOnlySpan<byte> input, out int length) => TryReadHeader(input, out length, out _);

    /// <summary>The most a body of so many bytes can expand to: the densest element turns 3 bytes into 64.</summary>
    public static long MaxUncompressedLength(int bodyLength) => bodyLength * 64L / 3;

    /// <summary>Decodes a block into <paramref name="output"/>, which must hold at least the declared length.</summary>
    public static bool TryDecompress(ReadOnlySpan<byte> input, Span<byte> output, out int written)
    {
        written = 0;
        if (!TryReadHeader(input, out int declared, out int header)
            || declared > output.Length
            || declared > MaxUncompressedLength(input.Length - header)
            || !TryDecodeBody(input[header..], output[..declared]))
        {
            return false;
        }
        written = declared;
        return true;
    }

    /// <summary>Appends the decoded block to <paramref name="output"/>; a bad block leaves it as it was.</summary>
    /// <param name="maximum">Refuses a block that declares more; what is rented never exceeds what the input can really produce.</param>
    public static bool TryDecompress(ReadOnlySpan<byte> input, int maximum, GrowableBuffer output)
    {
        if (!TryReadHeader(input, out int declared, out int header)
            || declared > maximum
            || declared > MaxUncompressedLength(input.Length - header)
            || !TryDecodeBody(input[header..], output.Reserve(declared)[..declared]))
        {
            return false;
        }
        output.Advance(declared);
        return true;
    }

    private static bool TryReadHeader(ReadOnlySpan<byte> input, out int length, out int header)
    {
        header = 0;
        bool ok = Varint.TryRead(input, ref header, out ulong declared) && declared <= (ulong)Array.MaxLength;
        length = ok ? (int)declared : 0;
        return ok;
    }

    /// <summary>Fills <paramref name="output"/> exactly, or fails.</summary>
    private static bool TryDecodeBody(ReadOnlySpan<byte> input, Span<byte> output)
    {
        int at = 0;
        int written = 0;
        while (at < input.Length)
        {
            int tag = input[at];
            int left = input.Length - at;
            if ((tag & 3) == SnappyFormat.Literal)
            {
                if (!TryLiteral(input, ref at, output, ref written))
                {
                    return false;
                }
                continue;
            }
            int length = (tag >> 2) + 1;
            uint offset;
            switch (tag & 3)
            {
                case SnappyFormat.CopyOneByteOffset when left >= 2:
                    length = ((tag >> 2) & 7) + 4;
                    offset = ((uint)(tag & 0xE0) << 3) | input[at + 1];
                    at += 2;
                    break;
                case SnappyFormat.CopyTwoByteOffset when left >= 3:
                    offset = BinaryPrimitives.ReadUInt16LittleEndian(input[(at + 1)..]);
                    at += 3;
                    break;
                case 3 when left >= 5:
                    offset = BinaryPrimitives.ReadUInt32LittleEndian(input[(at + 1)..]);
                    at += 5;
                    break;
                default:
                    return false;
            }
            // One comparison refuses offset 0 too: it wraps around to the largest value.
            if (offset - 1 >= (uint)written || length > output.Length - written)
            {
                return false;
            }
            CopyBack(output, written, (int)offset, length);
            written += length;
        }
        return written == output.Length;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryLiteral(ReadOnlySpan<byte> input, ref int at, Span<byte> output, ref int written)
    {
        int length = (input[at] >> 2) + 1;
        int start = at + 1;
        if (length <= 16 && input.Length - start >= 16 && output.Length - written >= 16)
        {
            Copy16(ref Unsafe.Add(ref MemoryMarshal.GetReference(output), written), ref Unsafe.Add(ref MemoryMarshal.GetReference(input), start));
        }
        else
        {
            if (length > 60 && !TryLongLength(input, ref start, ref length))
            {
                return false;
            }
            if (length > input.Length - start || length > output.Length - written)
            {
                return false;
            }
            input.Slice(start, length).CopyTo(output[written..]);
        }
        at = start + length;
        written += length;
        return true;
    }

    private static bool TryLongLength(ReadOnlySpan<byte> input, ref int start, ref int length)
    {
        int bytes = length - 60;
        if (input.Length - start < bytes)
        {
            return false;
        }
        ulong value = 0;
        for (int i = 0; i < bytes; i++)
        {
            value |= (ulong)input[start + i] << (8 * i);
        }
        if (value >= int.MaxValue)
        {
            return false;
        }
        start += bytes;
        length = (int)value + 1;
        return true;
    }

    /// <summary>The caller has checked offset and length against what is written and what there is room for.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyBack(Span<byte> output, int written, int offset, int length)
    {
        // A copy is at most 64 bytes: 16 at a time may write up to 15 too many, which later elements overwrite.
        if (offset >= 16 && output.Length - written >= 64 + 16)
        {
            ref byte target = ref Unsafe.Add(ref MemoryMarshal.GetReference(output), written);
            ref byte source = ref Unsafe.Subtract(ref target, offset);
            for (int copied = 0; copied < length; copied += 16)
            {
                Copy16(ref Unsafe.Add(ref target, copied), ref Unsafe.Add(ref source, copied));
            }
            return;
        }
        CopyOverlapping(output, written, offset, length);
    }

    /// <summary>Repeats a short pattern: what has been written doubles the distance each round.</summary>
    private static void CopyOverlapping(Span<byte> output, int written, int offset, int length)
    {
        int source = written - offset;
        while (length > 0)
        {
            int piece = Math.Min(length, written - source);
            output.Slice(source, piece).CopyTo(output[written..]);
            written += piece;
            length -= piece;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy16(ref byte target, ref byte source) =>
        Unsafe.WriteUnaligned(ref target, Unsafe.ReadUnaligned<Vector128<byte>>(ref source));
}
