using System.Buffers.Binary;
using System.Numerics;

namespace Agent.Components.Loki.PodTails;

/// <summary>A hash of a line and its time, by which a line is known again. It is stored: it must stay what it is.</summary>
internal static class LineHash
{
    private const ulong First = 0x9E3779B97F4A7C15;
    private const ulong Second = 0xC2B2AE3D27D4EB4F;

    public static ulong Of(long timestamp, ReadOnlySpan<byte> line)
    {
        ulong hash = ((ulong)timestamp * First) ^ ((ulong)line.Length * Second);
        while (line.Length >= sizeof(ulong))
        {
            hash = Mix(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(line));
            line = line[sizeof(ulong)..];
        }
        ulong last = 0;
        for (int i = 0; i < line.Length; i++)
        {
            last |= (ulong)line[i] << (8 * i);
        }
        return Mix(Mix(hash ^ last));
    }

    private static ulong Mix(ulong value)
    {
        value *= Second;
        return BitOperations.RotateLeft(value, 29) ^ (value * First >> 32);
    }
}
