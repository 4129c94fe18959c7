using System.Buffers.Binary;
using System.Numerics;

namespace Agent.Components.Common.GoTemplate.Functions;

/// <summary>SHA3-256 (FIPS 202). Our own because .NET takes it from the system's library, which may lack it.</summary>
internal static class Sha3
{
    private const int Lanes = 25;
    private const int Rate = 136;
    private const int HashLength = 32;
    private const byte DomainAndFirstPadding = 0x06;
    private const byte LastPadding = 0x80;

    private static ReadOnlySpan<ulong> RoundConstants =>
    [
        0x0000000000000001, 0x0000000000008082, 0x800000000000808A, 0x8000000080008000, 0x000000000000808B, 0x0000000080000001,
        0x8000000080008081, 0x8000000000008009, 0x000000000000008A, 0x0000000000000088, 0x0000000080008009, 0x000000008000000A,
        0x000000008000808B, 0x800000000000008B, 0x8000000000008089, 0x8000000000008003, 0x8000000000008002, 0x8000000000000080,
        0x000000000000800A, 0x800000008000000A, 0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
    ];

    public static byte[] Hash256(ReadOnlySpan<byte> data)
    {
        Span<ulong> state = stackalloc ulong[Lanes];
        state.Clear();
        for (; data.Length >= Rate; data = data[Rate..])
        {
            Absorb(state, data[..Rate]);
        }
        Span<byte> last = stackalloc byte[Rate];
        last.Clear();
        data.CopyTo(last);
        last[data.Length] = DomainAndFirstPadding;
        last[^1] |= LastPadding;
        Absorb(state, last);
        byte[] hash = new byte[HashLength];
        for (int i = 0; i < HashLength / sizeof(ulong); i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(hash.AsSpan(i * sizeof(ulong)), state[i]);
        }
        return hash;
    }

    private static void Absorb(Span<ulong> state, ReadOnlySpan<byte> block)
    {
        for (int i = 0; i < Rate / sizeof(ulong); i++)
        {
            state[i] ^= BinaryPrimitives.ReadUInt64LittleEndian(block[(i * sizeof(ulong))..]);
        }
        foreach (ulong constant in RoundConstants)
        {
            Round(state, constant);
        }
    }

    private static void Round(Span<ulong> state, ulong constant)
    {
        Span<ulong> sums = stackalloc ulong[5];
        for (int x = 0; x < 5; x++)
        {
            sums[x] = state[x] ^ state[x + 5] ^ state[x + 10] ^ state[x + 15] ^ state[x + 20];
        }
        for (int i = 0; i < Lanes; i++)
        {
            state[i] ^= sums[(i + 4) % 5] ^ BitOperations.RotateLeft(sums[(i + 1) % 5], 1);
        }
        // Each lane moves to its next place, turned by one more each time: 0, 1, 3, 6, 10 …
        ulong moved = state[1];
        (int column, int row) = (1, 0);
        for (int step = 1; step < Lanes; step++)
        {
            (column, row) = (row, ((2 * column) + (3 * row)) % 5);
            ref ulong lane = ref state[column + (5 * row)];
            (lane, moved) = (BitOperations.RotateLeft(moved, step * (step + 1) / 2 % 64), lane);
        }
        for (int y = 0; y < Lanes; y += 5)
        {
            state.Slice(y, 5).CopyTo(sums);
            for (int x = 0; x < 5; x++)
            {
                state[y + x] = sums[x] ^ (~sums[(x + 1) % 5] & sums[(x + 2) % 5]);
            }
        }
        state[0] ^= constant;
    }
}
