using System.Buffers.Binary;

namespace Agent.Components.Prometheus.ExporterUnix.DBus;

/// <summary>Walks over marshalled values: each stands at a multiple of its own size, counted from the start of the message.</summary>
/// <remarks>Bodies start at a multiple of 8, so a reader may as well start at one. Little endian only: that is what local services write.</remarks>
internal ref struct DBusReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    public int Position { get; private set; }

    public readonly bool IsAtEnd => Position >= _bytes.Length;

    public void Align(int boundary) => Take((boundary - (Position % boundary)) % boundary);

    public void Skip(int count) => Take(count);

    public byte Byte() => Take(1)[0];

    public ushort UInt16()
    {
        Align(sizeof(ushort));
        return BinaryPrimitives.ReadUInt16LittleEndian(Take(sizeof(ushort)));
    }

    public uint UInt32()
    {
        Align(sizeof(uint));
        return BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint)));
    }

    public ulong UInt64()
    {
        Align(sizeof(ulong));
        return BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong)));
    }

    /// <summary>A string or object path.</summary>
    public ReadOnlySpan<byte> Text() => Terminated(UInt32());

    public ReadOnlySpan<byte> Signature() => Terminated(Byte());

    /// <summary>Enters an array of structures; answers where it ends.</summary>
    public int BeginStructures()
    {
        uint length = UInt32();
        Align(sizeof(ulong));
        return length <= _bytes.Length - Position ? Position + (int)length : throw Short();
    }

    private ReadOnlySpan<byte> Terminated(uint length)
    {
        ReadOnlySpan<byte> text = length < _bytes.Length ? Take((int)length) : throw Short();
        Take(1);
        return text;
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _bytes.Length - Position)
        {
            throw Short();
        }
        ReadOnlySpan<byte> taken = _bytes.Slice(Position, count);
        Position += count;
        return taken;
    }

    private static CollectorException Short() => new("cannot read a D-Bus message: it ends early");
}
