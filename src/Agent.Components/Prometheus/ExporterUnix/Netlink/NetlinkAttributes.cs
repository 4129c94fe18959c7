using System.Buffers.Binary;

namespace Agent.Components.Prometheus.ExporterUnix.Netlink;

/// <summary>Walks over the attributes of a message: length, type and value each, padded to four bytes. Stops where one does not fit.</summary>
internal ref struct NetlinkAttributes(ReadOnlySpan<byte> bytes)
{
    public const int HeaderSize = 4;

    // The upper two bits say how the value is written, not what it is.
    private const int TypeMask = 0x3fff;
    private ReadOnlySpan<byte> _rest = bytes;

    public int Type { get; private set; }

    public ReadOnlySpan<byte> Value { get; private set; }

    public bool Next()
    {
        if (_rest.Length < HeaderSize)
        {
            return false;
        }
        int length = BinaryPrimitives.ReadUInt16LittleEndian(_rest);
        if (length < HeaderSize || length > _rest.Length)
        {
            return false;
        }
        Type = BinaryPrimitives.ReadUInt16LittleEndian(_rest[2..]) & TypeMask;
        Value = _rest[HeaderSize..length];
        _rest = _rest[Math.Min(_rest.Length, (length + 3) & ~3)..];
        return true;
    }

    /// <summary>The value as a number of the host's byte order; 0 where it is too short.</summary>
    public readonly uint UInt32 => Value.Length >= sizeof(uint) ? BinaryPrimitives.ReadUInt32LittleEndian(Value) : 0;

    public readonly ulong UInt64 => Value.Length >= sizeof(ulong) ? BinaryPrimitives.ReadUInt64LittleEndian(Value) : 0;

    public readonly ushort UInt16 => Value.Length >= sizeof(ushort) ? BinaryPrimitives.ReadUInt16LittleEndian(Value) : (ushort)0;

    /// <summary>The value as text, without the zero that ends it.</summary>
    public readonly ReadOnlySpan<byte> Text
    {
        get
        {
            int end = Value.IndexOf((byte)0);
            return end < 0 ? Value : Value[..end];
        }
    }
}
