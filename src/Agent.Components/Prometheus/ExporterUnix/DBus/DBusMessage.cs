using System.Buffers.Binary;

namespace Agent.Components.Prometheus.ExporterUnix.DBus;

/// <summary>A message as it came off the socket. The spans point into the connection's buffer.</summary>
/// <remarks>
/// Format (D-Bus specification, "Message Protocol"): endianness, type, flags, version; length of the body, serial; an array of header
/// fields (code, variant), padded to 8 bytes; the body.
/// </remarks>
internal readonly ref struct DBusMessage
{
    /// <summary>Bytes that tell how long the message is.</summary>
    public const int PrefixSize = 16;

    public const byte MethodReturn = 2;
    public const byte Error = 3;

    // Thousands of units make a megabyte; the specification allows 128 MiB.
    private const int Longest = 32 << 20;
    private const byte LittleEndian = (byte)'l';
    private const byte ErrorNameField = 4;
    private const byte ReplySerialField = 5;

    public byte Type { get; private init; }

    public uint ReplySerial { get; private init; }

    public ReadOnlySpan<byte> ErrorName { get; private init; }

    public ReadOnlySpan<byte> Body { get; private init; }

    /// <summary>Length of the message that starts with this prefix.</summary>
    public static int LengthOf(ReadOnlySpan<byte> prefix)
    {
        if (prefix[0] != LittleEndian)
        {
            throw new CollectorException("cannot read a D-Bus message: it is not little endian");
        }
        uint body = BinaryPrimitives.ReadUInt32LittleEndian(prefix[4..]);
        uint fields = BinaryPrimitives.ReadUInt32LittleEndian(prefix[12..]);
        if (body > Longest || fields > Longest)
        {
            throw new CollectorException($"cannot read a D-Bus message: longer than {Longest} bytes");
        }
        return BodyOffset((int)fields) + (int)body;
    }

    public static DBusMessage Parse(ReadOnlySpan<byte> message)
    {
        int fields = (int)BinaryPrimitives.ReadUInt32LittleEndian(message[12..]);
        int end = PrefixSize + fields;
        var reader = new DBusReader(message[..end]);
        reader.Skip(PrefixSize);
        uint reply = 0;
        ReadOnlySpan<byte> error = default;
        while (!reader.IsAtEnd)
        {
            reader.Align(sizeof(ulong));
            byte code = reader.Byte();
            ReadOnlySpan<byte> type = reader.Signature();
            switch (type)
            {
                case [(byte)'u']:
                    uint number = reader.UInt32();
                    reply = code == ReplySerialField ? number : reply;
                    break;
                case [(byte)'s' or (byte)'o']:
                    ReadOnlySpan<byte> text = reader.Text();
                    error = code == ErrorNameField ? text : error;
                    break;
                case [(byte)'g']:
                    reader.Signature();
                    break;
                default:
                    throw new CollectorException("cannot read a D-Bus message: it has a header field of an unknown type");
            }
        }
        return new DBusMessage { Type = message[1], ReplySerial = reply, ErrorName = error, Body = message[BodyOffset(fields)..] };
    }

    private static int BodyOffset(int fields) => (PrefixSize + fields + 7) & ~7;
}
