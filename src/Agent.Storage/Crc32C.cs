using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Agent.Storage;

/// <summary>CRC-32C (Castagnoli), by the instruction of the processor where it has one.</summary>
/// <remarks>The instruction takes three cycles but can start every cycle, so long inputs are taken as three lanes at once.</remarks>
public static class Crc32C
{
    private const int Lane = 1024;
    private const int Words = Lane / sizeof(ulong);

    // What a checksum becomes after another lane of zeros, by its four bytes: that joins the checksums of neighbouring lanes.
    private static readonly uint[] Shift = BuildShift();

    /// <summary>Checksum of some bytes.</summary>
    public static uint Of(ReadOnlySpan<byte> data) => Append(0, data);

    /// <summary>Checksum of what <paramref name="checksum"/> covers followed by more bytes.</summary>
    public static uint Append(uint checksum, ReadOnlySpan<byte> data)
    {
        uint crc = ~checksum;
        while (data.Length >= 3 * Lane)
        {
            crc = ThreeLanes(crc, data);
            data = data[(3 * Lane)..];
        }
        while (data.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(data));
            data = data[sizeof(ulong)..];
        }
        foreach (byte value in data)
        {
            crc = BitOperations.Crc32C(crc, value);
        }
        return ~crc;
    }

    private static uint ThreeLanes(uint crc, ReadOnlySpan<byte> data)
    {
        // Only little-endian processors are supported: words are taken as they lie.
        ReadOnlySpan<ulong> first = MemoryMarshal.Cast<byte, ulong>(data[..Lane]);
        ReadOnlySpan<ulong> second = MemoryMarshal.Cast<byte, ulong>(data.Slice(Lane, Lane));
        ReadOnlySpan<ulong> third = MemoryMarshal.Cast<byte, ulong>(data.Slice(2 * Lane, Lane));
        uint two = 0;
        uint three = 0;
        for (int i = 0; i < first.Length && i < second.Length && i < third.Length; i++)
        {
            crc = BitOperations.Crc32C(crc, first[i]);
            two = BitOperations.Crc32C(two, second[i]);
            three = BitOperations.Crc32C(three, third[i]);
        }
        return ShiftLane(ShiftLane(crc) ^ two) ^ three;
    }

    private static uint ShiftLane(uint crc) =>
        Shift[crc & 0xFF] ^ Shift[256 + ((crc >> 8) & 0xFF)] ^ Shift[512 + ((crc >> 16) & 0xFF)] ^ Shift[768 + (crc >> 24)];

    private static uint[] BuildShift()
    {
        Span<uint> bits = stackalloc uint[32];
        for (int bit = 0; bit < bits.Length; bit++)
        {
            uint crc = 1u << bit;
            for (int word = 0; word < Words; word++)
            {
                crc = BitOperations.Crc32C(crc, 0UL);
            }
            bits[bit] = crc;
        }
        uint[] table = new uint[4 * 256];
        for (int entry = 0; entry < table.Length; entry++)
        {
            int firstBit = entry / 256 * 8;
            for (int bit = 0; bit < 8; bit++)
            {
                table[entry] ^= ((entry >> bit) & 1) == 0 ? 0 : bits[firstBit + bit];
            }
        }
        return table;
    }
}
