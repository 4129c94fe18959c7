namespace Agent.Components.Common.Compression;

/// <summary>A canonical Huffman code of at most 20 bits a symbol.</summary>
internal sealed class PrefixCode
{
    public const int LongestCode = 20;

    private readonly int[] _limit = new int[LongestCode + 2];
    private readonly int[] _base = new int[LongestCode + 2];
    private readonly int[] _symbols;

    /// <param name="lengths">Bits of each symbol's code, 1 to 20.</param>
    public PrefixCode(ReadOnlySpan<byte> lengths)
    {
        _symbols = new int[lengths.Length];
        int code = 0;
        int at = 0;
        for (int bits = 1; bits <= LongestCode; bits++)
        {
            int first = at;
            for (int symbol = 0; symbol < lengths.Length; symbol++)
            {
                if (lengths[symbol] == bits)
                {
                    _symbols[at++] = symbol;
                }
            }
            _base[bits] = first - code;
            code += at - first;
            _limit[bits] = code;
            code <<= 1;
        }
    }

    public int Read(BitReader bits)
    {
        int code = 0;
        for (int length = 1; length <= LongestCode; length++)
        {
            code = (code << 1) | (int)bits.Read(1);
            if (code < _limit[length])
            {
                int index = code + _base[length];
                if (index >= 0 && index < _symbols.Length)
                {
                    return _symbols[index];
                }
                break;
            }
        }
        throw new InvalidDataException("a code of the archive stands for nothing");
    }
}
