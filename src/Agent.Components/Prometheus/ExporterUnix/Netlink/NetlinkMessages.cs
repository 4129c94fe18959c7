using System.Buffers.Binary;

namespace Agent.Components.Prometheus.ExporterUnix.Netlink;

/// <summary>Walks over the messages of one datagram of the kernel: a header of 16 bytes and a payload each, padded to four bytes.</summary>
internal ref struct NetlinkMessages(ReadOnlySpan<byte> datagram)
{
    public const int HeaderSize = 16;
    public const ushort Error = 2;
    public const ushort Done = 3;
    private ReadOnlySpan<byte> _rest = datagram;

    public ushort Type { get; private set; }

    public uint Sequence { get; private set; }

    public ReadOnlySpan<byte> Payload { get; private set; }

    /// <summary>The error number in the payload of an <see cref="Error"/> or <see cref="Done"/> message; 0 is success.</summary>
    public readonly int ErrorNumber => Payload.Length >= sizeof(int) ? -BinaryPrimitives.ReadInt32LittleEndian(Payload) : 0;

    public bool Next()
    {
        if (_rest.Length < HeaderSize)
        {
            return false;
        }
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(_rest);
        if (length < HeaderSize || length > _rest.Length)
        {
            throw new CollectorException("cannot read the kernel's answer: a netlink message ends early");
        }
        Type = BinaryPrimitives.ReadUInt16LittleEndian(_rest[4..]);
        Sequence = BinaryPrimitives.ReadUInt32LittleEndian(_rest[8..]);
        Payload = _rest[HeaderSize..(int)length];
        _rest = _rest[Math.Min(_rest.Length, ((int)length + 3) & ~3)..];
        return true;
    }
}
