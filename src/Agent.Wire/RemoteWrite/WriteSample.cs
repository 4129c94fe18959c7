using Agent.Wire.Protobuf;

namespace Agent.Wire.RemoteWrite;

/// <summary>A floating point sample as received.</summary>
/// <param name="Timestamp">Milliseconds since the Unix epoch.</param>
/// <param name="StartTimestamp">When counting began, in the same unit; 0 where unknown, and always in version 1.</param>
public readonly record struct WriteSample(double Value, long Timestamp, long StartTimestamp)
{
    internal static bool TryRead(ReadOnlySpan<byte> message, out WriteSample sample, out string? error)
    {
        sample = default;
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case WriteFields.Value when reader.TryDouble(out double value):
                    sample = sample with { Value = value };
                    break;
                case WriteFields.Timestamp when reader.TryVarint(out ulong timestamp):
                    sample = sample with { Timestamp = (long)timestamp };
                    break;
                case WriteFields.SampleStart when reader.TryVarint(out ulong start):
                    sample = sample with { StartTimestamp = (long)start };
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
        error = reader.Error;
        return error is null;
    }
}
