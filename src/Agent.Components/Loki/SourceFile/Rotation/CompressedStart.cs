namespace Agent.Components.Loki.SourceFile.Rotation;

/// <summary>Tells compression formats by the first bytes of a file: endings are not to be trusted, <c>.Z</c> least of all.</summary>
internal static class CompressedStart
{
    public static CompressionFormat? FormatOf(ReadOnlySpan<byte> start) => start switch
    {
        [0x1F, 0x8B, ..] => CompressionFormat.Gz,
        [(byte)'B', (byte)'Z', (byte)'h', ..] => CompressionFormat.Bz2,
        // Deflate with any window, and a header that is a multiple of 31 (RFC 1950).
        [var method, var flags, ..] when (method & 0x0F) == 8 && method >> 4 <= 7 && ((method << 8) | flags) % 31 == 0 => CompressionFormat.Z,
        _ => null,
    };
}
