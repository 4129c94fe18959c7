using Agent.Wire.Protobuf;

namespace Agent.Wire.LokiPush;

/// <summary>One pair of an entry's structured metadata, as sent.</summary>
public readonly ref struct LokiMetadataView
{
    public LokiMetadataView(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        Name = name;
        Value = value;
    }

    public ReadOnlySpan<byte> Name { get; }

    public ReadOnlySpan<byte> Value { get; }

    internal static bool TryRead(ReadOnlySpan<byte> message, out LokiMetadataView pair, out string? error)
    {
        var reader = new ProtobufReader(message);
        ReadOnlySpan<byte> name = default;
        ReadOnlySpan<byte> value = default;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case PushFields.PairName:
                    reader.TryBytes(out name);
                    break;
                case PushFields.PairValue:
                    reader.TryBytes(out value);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
        pair = new LokiMetadataView(name, value);
        error = reader.Error;
        return error is null;
    }
}
