namespace Agent.Components.Common.Compression;

/// <summary>Reads bits, highest first, as bzip2 writes them.</summary>
internal sealed class BitReader(Stream stream)
{
    private readonly byte[] _buffer = new byte[16 * 1024];
    private int _length;
    private int _next;
    private ulong _bits;
    private int _count;

    /// <summary>Up to 32 bits.</summary>
    /// <exception cref="InvalidDataException">The stream ends before.</exception>
    public uint Read(int count)
    {
        while (_count < count)
        {
            int next = NextByte();
            if (next < 0)
            {
                throw new InvalidDataException("the archive ends in the middle");
            }
            _bits = (_bits << 8) | (uint)next;
            _count += 8;
        }
        _count -= count;
        return (uint)((_bits >> _count) & ((1UL << count) - 1));
    }

    public bool ReadBit() => Read(1) != 0;

    /// <summary>Goes on at the next whole byte.</summary>
    /// <returns>False at the end of the stream.</returns>
    public bool TryAlign()
    {
        _count -= _count % 8;
        if (_count > 0)
        {
            return true;
        }
        int next = NextByte();
        if (next < 0)
        {
            return false;
        }
        _bits = (uint)next;
        _count = 8;
        return true;
    }

    private int NextByte()
    {
        if (_next == _length)
        {
            _length = stream.Read(_buffer);
            _next = 0;
            if (_length == 0)
            {
                return -1;
            }
        }
        return _buffer[_next++];
    }
}
