using Agent.Wire.Protobuf;

namespace Agent.Wire.RemoteWrite;

/// <summary>Value and time of an exemplar: the same fields in both versions.</summary>
internal static class ExemplarTail
{
    public static void Write(ProtobufWriter writer, double value, long timestamp)
    {
        if (BitConverter.DoubleToUInt64Bits(value) != 0)
        {
            writer.WriteDouble(WriteFields.ExemplarValue, value);
        }
        if (timestamp != 0)
        {
            writer.WriteInt64(WriteFields.ExemplarTimestamp, timestamp);
        }
    }
}
