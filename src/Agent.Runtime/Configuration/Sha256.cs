using System.Buffers.Binary;
using System.Numerics;

namespace Agent.Runtime.Configuration;

/// <summary>SHA-256 (FIPS 180-4) over what is appended, for the hash of the configuration.</summary>
/// <remarks>
/// The framework's goes through OpenSSL, whose library costs an agent that uses no TLS 3.7 MB of resident memory, an eighth of
/// its floor. Nothing secret is hashed here.
/// </remarks>
public sealed class Sha256
{
    private const int BlockSize = 64;

    private static readonly uint[] RoundConstants = FractionsOfRoots(64, Math.Cbrt);

    private readonly uint[] _state = FractionsOfRoots(8, Math.Sqrt);
    private readonly byte[] _block = new byte[BlockSize];
    private long _length;

    public void Append(ReadOnlySpan<byte> data)
    {
        int filled = (int)(_length % BlockSize);
        _length += data.Length;
        while (data.Length >= BlockSize - filled)
        {
            data[..(BlockSize - filled)].CopyTo(_block.AsSpan(filled));
            data = data[(BlockSize - filled)..];
            filled = 0;
            Compress();
        }
        data.CopyTo(_block.AsSpan(filled));
    }

    /// <summary>The hash in lower-case hex. Nothing may be appended afterwards.</summary>
    public string Finish()
    {
        long bits = _length * 8;
        int filled = (int)(_length % BlockSize);
        int padding = (filled < 56 ? 56 : 120) - filled;
        Span<byte> tail = stackalloc byte[padding + 8];
        tail.Clear();
        tail[0] = 0x80;
        BinaryPrimitives.WriteInt64BigEndian(tail[padding..], bits);
        Append(tail);
        Span<byte> hash = stackalloc byte[32];
        for (int i = 0; i < _state.Length; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(hash[(4 * i)..], _state[i]);
        }
        return Convert.ToHexStringLower(hash);
    }

    private void Compress()
    {
        Span<uint> w = stackalloc uint[64];
        for (int i = 0; i < 64; i++)
        {
            w[i] = i < 16
                ? BinaryPrimitives.ReadUInt32BigEndian(_block.AsSpan(4 * i))
                : Small(w[i - 2], 17, 19, 10) + w[i - 7] + Small(w[i - 15], 7, 18, 3) + w[i - 16];
        }
        Span<uint> s = stackalloc uint[8];
        _state.CopyTo(s);
        for (int i = 0; i < 64; i++)
        {
            uint choice = (s[4] & s[5]) ^ (~s[4] & s[6]);
            uint first = s[7] + Big(s[4], 6, 11, 25) + choice + RoundConstants[i] + w[i];
            uint majority = (s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]);
            uint second = Big(s[0], 2, 13, 22) + majority;
            s[..7].CopyTo(s[1..]);
            s[4] += first;
            s[0] = first + second;
        }
        for (int i = 0; i < 8; i++)
        {
            _state[i] += s[i];
        }
    }

    private static uint Big(uint x, int a, int b, int c) =>
        BitOperations.RotateRight(x, a) ^ BitOperations.RotateRight(x, b) ^ BitOperations.RotateRight(x, c);

    private static uint Small(uint x, int a, int b, int shift) =>
        BitOperations.RotateRight(x, a) ^ BitOperations.RotateRight(x, b) ^ (x >> shift);

    /// <summary>The standard's constants: the first 32 bits of the fractions of the roots of the first primes.</summary>
    private static uint[] FractionsOfRoots(int count, Func<double, double> root)
    {
        var constants = new uint[count];
        for (int candidate = 2, found = 0; found < count; candidate++)
        {
            if (Enumerable.Range(2, candidate - 2).All(divisor => candidate % divisor != 0))
            {
                double value = root(candidate);
                constants[found++] = (uint)((value - Math.Floor(value)) * 4294967296.0);
            }
        }
        return constants;
    }
}
