namespace Agent.Components.Common.Compression;

/// <summary>One block of a bzip2 archive: Huffman codes, move-to-front, and the Burrows-Wheeler transform undone.</summary>
internal sealed class Bzip2Block(int capacity)
{
    private const int GroupSize = 50;
    private const int RunA = 0;
    private const int RunB = 1;

    // While bytes come in: the byte. Afterwards also, above the low 8 bits, the place of the byte that follows.
    private readonly uint[] _places = new uint[capacity];
    private int _count;
    private uint _at;
    private int _left;

    /// <summary>The checksum that the block's bytes must have.</summary>
    public uint Checksum { get; private set; }

    /// <exception cref="InvalidDataException">The block is damaged.</exception>
    public void Read(BitReader bits)
    {
        Checksum = bits.Read(32);
        if (bits.ReadBit())
        {
            throw new InvalidDataException("archives of bzip2 before 0.9.5 are not supported");
        }
        int origin = (int)bits.Read(24);
        byte[] alphabet = ReadAlphabet(bits);
        PrefixCode[] codes = ReadCodes(bits, alphabet.Length + 2, out byte[] selectors);
        ReadSymbols(bits, alphabet, codes, selectors);
        if (origin >= _count)
        {
            throw new InvalidDataException("a block of the archive begins outside of itself");
        }
        Link();
        _at = _places[origin] >> 8;
        _left = _count;
    }

    /// <summary>The next byte, or -1 at the end of the block.</summary>
    public int Next()
    {
        if (_left == 0)
        {
            return -1;
        }
        _left--;
        uint place = _places[_at];
        _at = place >> 8;
        return (int)(place & 0xff);
    }

    private static byte[] ReadAlphabet(BitReader bits)
    {
        var alphabet = new List<byte>(256);
        uint groups = bits.Read(16);
        for (int group = 0; group < 16; group++)
        {
            if ((groups & (0x8000u >> group)) == 0)
            {
                continue;
            }
            uint used = bits.Read(16);
            for (int i = 0; i < 16; i++)
            {
                if ((used & (0x8000u >> i)) != 0)
                {
                    alphabet.Add((byte)((group * 16) + i));
                }
            }
        }
        return alphabet.Count > 0 ? [.. alphabet] : throw new InvalidDataException("a block of the archive uses no bytes");
    }

    private static PrefixCode[] ReadCodes(BitReader bits, int symbols, out byte[] selectors)
    {
        int count = (int)bits.Read(3);
        selectors = new byte[bits.Read(15)];
        if (count is < 2 or > 6 || selectors.Length == 0)
        {
            throw new InvalidDataException("a block of the archive has a wrong number of codes");
        }
        Span<byte> recent = [0, 1, 2, 3, 4, 5];
        for (int i = 0; i < selectors.Length; i++)
        {
            int index = 0;
            while (bits.ReadBit())
            {
                if (++index >= count)
                {
                    throw new InvalidDataException("a block of the archive selects a code that it lacks");
                }
            }
            selectors[i] = MoveToFront(recent, index);
        }
        var codes = new PrefixCode[count];
        byte[] lengths = new byte[symbols];
        for (int i = 0; i < count; i++)
        {
            ReadLengths(bits, lengths);
            codes[i] = new PrefixCode(lengths);
        }
        return codes;
    }

    private static void ReadLengths(BitReader bits, byte[] lengths)
    {
        int length = (int)bits.Read(5);
        for (int symbol = 0; symbol < lengths.Length; symbol++)
        {
            while (true)
            {
                if (length is < 1 or > PrefixCode.LongestCode)
                {
                    throw new InvalidDataException("a code of the archive has a wrong length");
                }
                if (!bits.ReadBit())
                {
                    break;
                }
                length += bits.ReadBit() ? -1 : 1;
            }
            lengths[symbol] = (byte)length;
        }
    }

    private static byte MoveToFront(Span<byte> list, int index)
    {
        byte value = list[index];
        list[..index].CopyTo(list[1..]);
        list[0] = value;
        return value;
    }

    private void ReadSymbols(BitReader bits, byte[] alphabet, PrefixCode[] codes, byte[] selectors)
    {
        int end = alphabet.Length + 1;
        byte[] recent = [.. alphabet];
        long run = 0;
        int runBit = 0;
        _count = 0;
        for (int read = 0; ; read++)
        {
            if (read / GroupSize >= selectors.Length)
            {
                throw new InvalidDataException("a block of the archive has no end");
            }
            int symbol = codes[selectors[read / GroupSize]].Read(bits);
            if (symbol is RunA or RunB)
            {
                // Digits 1 and 2 of a number to the base 2, lowest first.
                run += (long)(symbol + 1) << runBit++;
                if (run > _places.Length)
                {
                    throw new InvalidDataException("a block of the archive is too long");
                }
                continue;
            }
            Append(recent[0], run);
            run = 0;
            runBit = 0;
            if (symbol == end)
            {
                return;
            }
            Append(MoveToFront(recent, symbol - 1), 1);
        }
    }

    private void Append(byte value, long times)
    {
        if (times > _places.Length - _count)
        {
            throw new InvalidDataException("a block of the archive is too long");
        }
        _places.AsSpan(_count, (int)times).Fill(value);
        _count += (int)times;
    }

    private void Link()
    {
        Span<int> starts = stackalloc int[256];
        starts.Clear();
        for (int i = 0; i < _count; i++)
        {
            starts[(int)(_places[i] & 0xff)]++;
        }
        int sum = 0;
        for (int value = 0; value < starts.Length; value++)
        {
            (starts[value], sum) = (sum, sum + starts[value]);
        }
        for (int i = 0; i < _count; i++)
        {
            _places[starts[(int)(_places[i] & 0xff)]++] |= (uint)i << 8;
        }
    }
}
