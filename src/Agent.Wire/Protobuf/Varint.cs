using System.Numerics;
using System.Runtime.CompilerServices;

namespace Agent.Wire.Protobuf;

/// <summary>Unsigned numbers in 7-bit groups, lowest first, the top bit saying that more follow; at most 10 bytes.</summary>
public static class Varint
{
    public const int MaxLength = 10;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Size(ulong value) => (BitOperations.Log2(value | 1) * 9 + 73) >> 6;

    /// <summary>Writes the shortest form and returns its length.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Write(Span<byte> target, ulong value)
    {
        int at = 0;
        while (value >= 0x80)
        {
            target[at++] = (byte)(value | 0x80);
            value >>= 7;
        }
        target[at++] = (byte)value;
        return at;
    }

    /// <summary>Reads at <paramref name="at"/> and moves it behind. False, with the place kept, where the input ends or 64 bits overflow.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryRead(ReadOnlySpan<byte> input, ref int at, out ulong value)
    {
        if ((uint)at < (uint)input.Length && input[at] < 0x80)
        {
            value = input[at++];
            return true;
        }
        return TryReadLong(input, ref at, out value);
    }

    private static bool TryReadLong(ReadOnlySpan<byte> input, ref int at, out ulong value)
    {
        value = 0;
        int last = Math.Min(input.Length - at, MaxLength);
        for (int i = 0; i < last; i++)
        {
            byte next = input[at + i];
            // The tenth byte has room for one bit.
            if (i == MaxLength - 1 && next > 1)
            {
                return false;
            }
            value |= (ulong)(next & 0x7F) << (7 * i);
            if (next < 0x80)
            {
                at += i + 1;
                return true;
            }
        }
        value = 0;
        return false;
    }

    public static ulong ZigZag(long value) => ((ulong)value << 1) ^ (ulong)(value >> 63);

    public static long UnZigZag(ulong value) => (long)(value >> 1) ^ -(long)(value & 1);
}
