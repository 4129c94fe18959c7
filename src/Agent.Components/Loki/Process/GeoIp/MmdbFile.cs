using System.Diagnostics.CodeAnalysis;

namespace Agent.Components.Loki.Process.GeoIp;

/// <summary>A MaxMind database (.mmdb), in memory as a whole: a file that is overwritten while it is in use does no harm.</summary>
/// <remarks>
/// A binary tree over the bits of addresses comes first, then 16 zero bytes, the data, a marker, and the metadata. A node is two records;
/// one that is below the number of nodes leads to a node, one that equals it to nothing, one above into the data.
/// </remarks>
internal sealed class MmdbFile
{
    private const int SeparatorSize = 16;
    private const int IPv4Depth = 96;

    // The metadata lies in the last 128 KiB.
    private const int MetadataReach = 128 * 1024;
    private static readonly byte[] Marker = [0xAB, 0xCD, 0xEF, .. "MaxMind.com"u8];

    private readonly byte[] _bytes;
    private readonly uint _nodes;
    private readonly int _recordBits;
    private readonly int _addressBits;
    private readonly uint _ipv4Start;

    private MmdbFile(byte[] bytes, Layout layout)
    {
        _bytes = bytes;
        (_nodes, _recordBits, int version, int dataEnd) = layout;
        _addressBits = version == 4 ? 32 : 128;
        int dataStart = (int)TreeSize(layout) + SeparatorSize;
        Data = bytes.AsMemory(dataStart, dataEnd - dataStart);
        for (int i = 0; i < IPv4Depth && _addressBits == 128 && _ipv4Start < _nodes; i++)
        {
            _ipv4Start = Record(_ipv4Start, 0);
        }
    }

    public ReadOnlyMemory<byte> Data { get; }

    public bool HasIPv6 => _addressBits == 128;

    public static bool TryRead(byte[] bytes, [NotNullWhen(true)] out MmdbFile? file, [NotNullWhen(false)] out string? error)
    {
        file = null;
        int tail = Math.Max(0, bytes.Length - MetadataReach);
        int marker = bytes.AsSpan(tail).LastIndexOf(Marker);
        if (marker < 0)
        {
            error = "it is no MaxMind database";
            return false;
        }
        marker += tail;
        var reader = new MmdbReader(bytes.AsMemory(marker + Marker.Length));
        bool isComplete = TryNumber(ref reader, "node_count"u8, out double nodes) & TryNumber(ref reader, "record_size"u8, out double bits)
            & TryNumber(ref reader, "ip_version"u8, out double version) & TryNumber(ref reader, "binary_format_major_version"u8, out double major);
        if (!isComplete || nodes is < 0 or > uint.MaxValue)
        {
            error = "its metadata is corrupt";
            return false;
        }
        if (major != 2 || bits is not (24 or 28 or 32) || version is not (4 or 6))
        {
            error = $"its format is not known: version {major}, {bits} bits a record, IP version {version}";
            return false;
        }
        var layout = new Layout((uint)nodes, (int)bits, (int)version, marker);
        error = TreeSize(layout) + SeparatorSize > marker ? "it is shorter than its metadata says" : null;
        file = error is null ? new MmdbFile(bytes, layout) : null;
        return file is not null;
    }

    /// <summary>Offset of an address's record in <see cref="Data"/>, or <see cref="MmdbReader.None"/>.</summary>
    /// <param name="address">4 or 16 bytes; 16 only where <see cref="HasIPv6"/>.</param>
    /// <param name="isCorrupt">True where the tree leads out of the file.</param>
    public int Find(ReadOnlySpan<byte> address, out bool isCorrupt)
    {
        uint at = address.Length == 4 && HasIPv6 ? _ipv4Start : 0;
        for (int i = 0; i < address.Length * 8 && at < _nodes; i++)
        {
            at = Record(at, (address[i / 8] >> (7 - (i % 8))) & 1);
        }
        long offset = (long)at - _nodes - SeparatorSize;
        isCorrupt = at < _nodes || (at > _nodes && (offset < 0 || offset >= Data.Length));
        return isCorrupt || at == _nodes ? MmdbReader.None : (int)offset;
    }

    private static bool TryNumber(ref MmdbReader reader, ReadOnlySpan<byte> key, out double number) => reader.TryNumber(reader.Find(0, key), out number);

    private static long TreeSize(Layout layout) => (long)layout.Nodes * layout.RecordBits / 4;

    // One of the two records of a node.
    private uint Record(uint node, int side)
    {
        int size = _recordBits / 4;
        ReadOnlySpan<byte> pair = _bytes.AsSpan((int)(node * (long)size), size);
        int whole = _recordBits / 8;
        ReadOnlySpan<byte> record = side == 0 ? pair[..whole] : pair[^whole..];
        uint value = 0;
        foreach (byte each in record)
        {
            value = (value << 8) | each;
        }
        // Of seven bytes the one in the middle holds the upper four bits of both.
        return _recordBits != 28 ? value : value | (uint)(side == 0 ? pair[3] >> 4 : pair[3] & 0xF) << 24;
    }

    private sealed record Layout(uint Nodes, int RecordBits, int IpVersion, int DataEnd);
}
