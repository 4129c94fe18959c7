namespace Agent.Components.Common.Compression;

/// <summary>Decompresses bzip2, several archives in one file included. Memory: at most 3.6 MB, whatever the archive says.</summary>
internal sealed class Bzip2Stream(Stream compressed) : Stream
{
    private const uint BlockMagicHigh = 0x314159;
    private const uint BlockMagicLow = 0x265359;
    private const uint EndMagicHigh = 0x177245;
    private const uint EndMagicLow = 0x385090;
    private const int BytesPerLevel = 100_000;
    private const int RunLength = 4;

    private static readonly uint[] ChecksumTable = MakeTable();

    private readonly BitReader _bits = new(compressed);
    private Bzip2Block? _block;
    private bool _inBlock;
    private bool _isFirst = true;
    private bool _isEnded;
    private uint _checksum;
    private uint _total;
    private int _last = -1;
    private int _same;
    private int _repeat;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <exception cref="InvalidDataException">The archive is damaged, or ends in the middle.</exception>
    public override int Read(Span<byte> buffer)
    {
        int count = 0;
        while (count < buffer.Length && (_inBlock || TryBeginBlock()))
        {
            int value = NextByte();
            if (value < 0)
            {
                EndBlock();
                continue;
            }
            buffer[count++] = (byte)value;
            _checksum = (_checksum << 8) ^ ChecksumTable[(_checksum >> 24) ^ (uint)value];
        }
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    // CRC-32 with the polynomial of Ethernet, highest bit first.
    private static uint[] MakeTable()
    {
        uint[] table = new uint[256];
        for (uint i = 0; i < table.Length; i++)
        {
            uint value = i << 24;
            for (int bit = 0; bit < 8; bit++)
            {
                value = (value & 0x80000000) != 0 ? (value << 1) ^ 0x04C11DB7 : value << 1;
            }
            table[i] = value;
        }
        return table;
    }

    // Four equal bytes are followed by a count of how many more there are.
    private int NextByte()
    {
        if (_repeat > 0)
        {
            _repeat--;
            return _last;
        }
        int value = _block!.Next();
        if (_same == RunLength && value >= 0)
        {
            _same = 0;
            _repeat = value;
            return NextByte();
        }
        _same = value == _last ? _same + 1 : 1;
        _last = value;
        return value;
    }

    private bool TryBeginBlock()
    {
        while (!_isEnded)
        {
            if (_block is null && !TryReadHeader())
            {
                _isEnded = true;
                return false;
            }
            uint high = _bits.Read(24);
            uint low = _bits.Read(24);
            if ((high, low) == (BlockMagicHigh, BlockMagicLow))
            {
                _block!.Read(_bits);
                (_inBlock, _checksum, _last, _same, _repeat) = (true, uint.MaxValue, -1, 0, 0);
                return true;
            }
            if ((high, low) != (EndMagicHigh, EndMagicLow))
            {
                throw new InvalidDataException("the archive holds something that is no block");
            }
            if (_bits.Read(32) != _total)
            {
                throw new InvalidDataException("the checksum of the archive is wrong");
            }
            _block = null;
        }
        return false;
    }

    private bool TryReadHeader()
    {
        if (!_bits.TryAlign())
        {
            return _isFirst ? throw new InvalidDataException("the archive is empty") : false;
        }
        uint magic = _bits.Read(24);
        int level = (int)_bits.Read(8) - '0';
        if (magic != 0x425A68 || level is < 1 or > 9)
        {
            throw new InvalidDataException("this is no bzip2 archive");
        }
        _isFirst = false;
        _total = 0;
        _block = new Bzip2Block(level * BytesPerLevel);
        return true;
    }

    private void EndBlock()
    {
        _inBlock = false;
        if (~_checksum != _block!.Checksum)
        {
            throw new InvalidDataException("the checksum of a block is wrong");
        }
        _total = ((_total << 1) | (_total >> 31)) ^ _block.Checksum;
    }
}
