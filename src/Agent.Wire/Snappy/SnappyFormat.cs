namespace Agent.Wire.Snappy;

/// <summary>
/// The snappy block format (format_description.txt of google/snappy). A block is the uncompressed length as a varint,
/// then elements until the input ends. The low two bits of an element's first byte say what it is:
/// <code>
/// 00 literal  upper 6 bits: length-1 below 60; 60..63: length-1 follows in 1..4 bytes, little endian; then the bytes
/// 01 copy     bits 2-4: length-4 (4..11);  bits 5-7 and one byte: offset, 11 bits
/// 10 copy     bits 2-7: length-1 (1..64);  two bytes: offset, little endian
/// 11 copy     bits 2-7: length-1 (1..64);  four bytes: offset, little endian
/// </code>
/// A copy repeats bytes of the output, starting offset bytes back, and may overlap what it writes.
/// </summary>
internal static class SnappyFormat
{
    public const int Literal = 0;
    public const int CopyOneByteOffset = 1;
    public const int CopyTwoByteOffset = 2;

    /// <summary>Input is compressed in fragments of this size, so offsets fit 16 bits; no copy reaches across.</summary>
    public const int FragmentLength = 1 << 16;
}
