using System.Text;
using Agent.Telemetry.Metrics;
using Agent.Wire.Protobuf;

namespace Agent.Wire.RemoteWrite;

/// <summary>What a request says of a metric family, in place.</summary>
public readonly ref struct WriteMetadataView
{
    public MetricType Type { get; internal init; }

    /// <summary>Empty in version 2, where metadata belongs to a series.</summary>
    public ReadOnlySpan<byte> Family { get; internal init; }

    public ReadOnlySpan<byte> Help { get; internal init; }

    public ReadOnlySpan<byte> Unit { get; internal init; }

    /// <summary>A copy that outlives the request.</summary>
    public MetricMetadata ToMetadata() =>
        new(Encoding.UTF8.GetString(Family), Type, Encoding.UTF8.GetString(Help), Encoding.UTF8.GetString(Unit));

    internal static MetricType TypeOf(ulong number) => number <= (ulong)MetricType.Stateset ? (MetricType)number : MetricType.Unknown;

    internal static bool TryRead(ReadOnlySpan<byte> message, out WriteMetadataView metadata, out string? error)
    {
        var reader = new ProtobufReader(message);
        ulong type = 0;
        ReadOnlySpan<byte> family = default;
        ReadOnlySpan<byte> help = default;
        ReadOnlySpan<byte> unit = default;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case WriteFields.V1MetadataType:
                    reader.TryVarint(out type);
                    break;
                case WriteFields.V1MetadataFamily:
                    reader.TryBytes(out family);
                    break;
                case WriteFields.V1MetadataHelp:
                    reader.TryBytes(out help);
                    break;
                case WriteFields.V1MetadataUnit:
                    reader.TryBytes(out unit);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
        metadata = new WriteMetadataView { Type = TypeOf(type), Family = family, Help = help, Unit = unit };
        error = reader.Error;
        return error is null;
    }
}
