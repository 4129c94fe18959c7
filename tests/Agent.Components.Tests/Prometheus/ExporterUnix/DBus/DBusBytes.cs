using System.Buffers.Binary;
using System.Text;

namespace Agent.Components.Tests.Prometheus.ExporterUnix.DBus;

/// <summary>Marshals values as the D-Bus specification says.</summary>
internal sealed class DBusBytes
{
    private readonly List<byte> _bytes = [];

    public static byte[] Message(byte type, uint serial, uint reply, string? error, byte[] body)
    {
        DBusBytes message = new DBusBytes().Raw([(byte)'l', type, 0, 1]).UInt32((uint)body.Length).UInt32(serial).UInt32(0);
        if (reply != 0)
        {
            message.Align(8).Raw([5, 1, (byte)'u', 0]).UInt32(reply);
        }
        if (error is not null)
        {
            message.Align(8).Raw([4, 1, (byte)'s', 0]).Text(error);
        }
        message.Align(8).Raw([8, 1, (byte)'g', 0, 1, (byte)'v', 0]);
        int fields = message._bytes.Count - 16;
        byte[] whole = [.. message.Align(8)._bytes, .. body];
        BinaryPrimitives.WriteInt32LittleEndian(whole.AsSpan(12), fields);
        return whole;
    }

    /// <summary>A variant of one simple type.</summary>
    public static byte[] Variant(object value)
    {
        var bytes = new DBusBytes();
        char type = value switch { string => 's', bool => 'b', uint => 'u', ulong => 't', _ => 'd' };
        bytes.Raw([1, (byte)type, 0]);
        return (value switch
        {
            string text => bytes.Text(text),
            bool truth => bytes.UInt32(truth ? 1u : 0),
            uint number => bytes.UInt32(number),
            ulong number => bytes.UInt64(number),
            _ => bytes.UInt64(0),
        }).ToArray();
    }

    /// <summary>An array of structures.</summary>
    public static byte[] Structures(params Action<DBusBytes>[] structures)
    {
        DBusBytes bytes = new DBusBytes().UInt32(0).Align(8);
        foreach (Action<DBusBytes> structure in structures)
        {
            bytes.Align(8);
            structure(bytes);
        }
        byte[] whole = bytes.ToArray();
        BinaryPrimitives.WriteInt32LittleEndian(whole, whole.Length - 8);
        return whole;
    }

    public byte[] ToArray() => [.. _bytes];

    public DBusBytes Raw(ReadOnlySpan<byte> bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public DBusBytes Align(int boundary)
    {
        while (_bytes.Count % boundary != 0)
        {
            _bytes.Add(0);
        }
        return this;
    }

    public DBusBytes UInt32(uint value) => Align(4).Raw(BitConverter.GetBytes(value));

    public DBusBytes UInt64(ulong value) => Align(8).Raw(BitConverter.GetBytes(value));

    public DBusBytes Text(string value) => UInt32((uint)Encoding.UTF8.GetByteCount(value)).Raw(Encoding.UTF8.GetBytes(value)).Raw([0]);
}
