using System.Buffers.Binary;
using System.Text;

namespace Agent.Components.Prometheus.ExporterUnix.Netlink;

/// <summary>A message to the kernel as it is written: header, the family's own header, attributes.</summary>
internal ref struct NetlinkRequest
{
    public const ushort Ask = 1;
    public const ushort AskForAll = 0x300 | Ask;
    private const int Longest = 256;
    private readonly Span<byte> _bytes;

    /// <param name="space">At least <see cref="Longest"/> bytes.</param>
    /// <param name="type">Type of the message.</param>
    /// <param name="flags"><see cref="Ask"/> or <see cref="AskForAll"/>.</param>
    /// <param name="header">The family's own header.</param>
    public NetlinkRequest(Span<byte> space, ushort type, ushort flags, scoped ReadOnlySpan<byte> header)
    {
        _bytes = space[..Longest];
        _bytes.Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(_bytes[4..], type);
        BinaryPrimitives.WriteUInt16LittleEndian(_bytes[6..], flags);
        header.CopyTo(_bytes[NetlinkMessages.HeaderSize..]);
        Length = NetlinkMessages.HeaderSize + ((header.Length + 3) & ~3);
    }

    public int Length { get; private set; }

    public static int SpaceNeeded => Longest;

    public void Attribute(ushort type, uint value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        Attribute(type, bytes);
    }

    public void Attribute(ushort type, string text)
    {
        Span<byte> bytes = stackalloc byte[Encoding.ASCII.GetByteCount(text) + 1];
        bytes[^1] = 0;
        Encoding.ASCII.GetBytes(text, bytes);
        Attribute(type, bytes);
    }

    public readonly ReadOnlySpan<byte> Finish(uint sequence)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_bytes, (uint)Length);
        BinaryPrimitives.WriteUInt32LittleEndian(_bytes[8..], sequence);
        return _bytes[..Length];
    }

    private void Attribute(ushort type, scoped ReadOnlySpan<byte> value)
    {
        int length = NetlinkAttributes.HeaderSize + value.Length;
        BinaryPrimitives.WriteUInt16LittleEndian(_bytes[Length..], (ushort)length);
        BinaryPrimitives.WriteUInt16LittleEndian(_bytes[(Length + 2)..], type);
        value.CopyTo(_bytes[(Length + NetlinkAttributes.HeaderSize)..]);
        Length += (length + 3) & ~3;
    }
}
