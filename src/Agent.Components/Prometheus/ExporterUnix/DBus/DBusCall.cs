using System.Buffers.Binary;
using System.Text;
using Agent.Wire;

namespace Agent.Components.Prometheus.ExporterUnix.DBus;

/// <summary>A method to call.</summary>
internal readonly record struct DBusCall(string Destination, string Path, string Interface, string Member)
{
    private const byte MethodCall = 1;
    private const byte ProtocolVersion = 1;
    private const int FieldsLength = 12;
    private const int BodyLength = 4;

    /// <summary>Appends the message; all arguments are strings.</summary>
    public void WriteTo(GrowableBuffer output, uint serial, params ReadOnlySpan<string> arguments)
    {
        int start = output.Length;
        output.Write([(byte)'l', MethodCall, 0, ProtocolVersion]);
        UInt32(output, 0);
        UInt32(output, serial);
        UInt32(output, 0);
        Field(output, start, 1, 'o', Path);
        Field(output, start, 2, 's', Interface);
        Field(output, start, 3, 's', Member);
        Field(output, start, 6, 's', Destination);
        if (arguments.Length > 0)
        {
            Pad(output, start, sizeof(ulong));
            output.Write([8, 1, (byte)'g', 0, (byte)arguments.Length]);
            output.Reserve(arguments.Length)[..arguments.Length].Fill((byte)'s');
            output.Advance(arguments.Length);
            output.WriteByte(0);
        }
        Patch(output, start + FieldsLength, output.Length - start - DBusMessage.PrefixSize);
        Pad(output, start, sizeof(ulong));
        int body = output.Length;
        foreach (string argument in arguments)
        {
            Text(output, start, argument);
        }
        Patch(output, start + BodyLength, output.Length - body);
    }

    private static void Field(GrowableBuffer output, int start, byte code, char type, string value)
    {
        Pad(output, start, sizeof(ulong));
        output.Write([code, 1, (byte)type, 0]);
        Text(output, start, value);
    }

    private static void Text(GrowableBuffer output, int start, string value)
    {
        Pad(output, start, sizeof(uint));
        UInt32(output, (uint)Encoding.UTF8.GetByteCount(value));
        output.Advance(Encoding.UTF8.GetBytes(value, output.Reserve(Encoding.UTF8.GetMaxByteCount(value.Length))));
        output.WriteByte(0);
    }

    private static void Pad(GrowableBuffer output, int start, int boundary)
    {
        while ((output.Length - start) % boundary != 0)
        {
            output.WriteByte(0);
        }
    }

    private static void UInt32(GrowableBuffer output, uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(output.Reserve(sizeof(uint)), value);
        output.Advance(sizeof(uint));
    }

    private static void Patch(GrowableBuffer output, int at, int value) =>
        BinaryPrimitives.WriteInt32LittleEndian(output.Mutable[at..], value);
}
