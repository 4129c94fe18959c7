using System.Buffers;
using Agent.Wire;
using Agent.Wire.Protobuf;
using Agent.Wire.RemoteWrite;

namespace Agent.Components.Prometheus.RemoteWrite;

/// <summary>How the contents of a block are kept beside its bytes in the queue on disk: one protobuf message.</summary>
/// <remarks>
/// 1 version of remote write (1 or 2), 2 shard, 3 samples, 4 histograms, 5 exemplars, 6 metadata, 7 time of the newest sample (Unix, in
/// milliseconds), 8 time of arrival (the same).
/// </remarks>
internal static class StoredBlockContents
{
    private const int VersionField = 1;
    private const int ShardField = 2;
    private const int SamplesField = 3;
    private const int HistogramsField = 4;
    private const int ExemplarsField = 5;
    private const int MetadataField = 6;
    private const int NewestField = 7;
    private const int ArrivedField = 8;
    private const int LastField = ArrivedField;
    private const long LatestTime = 253402300799999;

    public static void Write(BlockContents contents, IBufferWriter<byte> destination)
    {
        using var message = new GrowableBuffer();
        var writer = new ProtobufWriter(message);
        writer.WriteInt64(VersionField, contents.Version == WriteVersion.V1 ? 1 : 2);
        writer.WriteInt64(ShardField, contents.Shard);
        writer.WriteInt64(SamplesField, contents.Items.Samples);
        writer.WriteInt64(HistogramsField, contents.Items.Histograms);
        writer.WriteInt64(ExemplarsField, contents.Items.Exemplars);
        writer.WriteInt64(MetadataField, contents.Items.Metadata);
        writer.WriteInt64(NewestField, contents.Newest);
        writer.WriteInt64(ArrivedField, contents.Arrived.ToUnixTimeMilliseconds());
        destination.Write(message.Written);
    }

    /// <summary>Null where it is no such message.</summary>
    public static BlockContents? Read(ReadOnlySpan<byte> message)
    {
        Span<long> fields = stackalloc long[LastField + 1];
        fields.Clear();
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            if (reader.Field is >= VersionField and <= LastField && reader.TryVarint(out ulong value))
            {
                fields[reader.Field] = (long)value;
            }
            else
            {
                reader.Skip();
            }
        }
        if (reader.Error is not null || fields[VersionField] is not (1 or 2) || fields[ArrivedField] is < 0 or > LatestTime)
        {
            return null;
        }
        foreach (long count in fields[ShardField..NewestField])
        {
            if (count is < 0 or > int.MaxValue)
            {
                return null;
            }
        }
        var items = new ItemCounts(
            (int)fields[SamplesField], (int)fields[HistogramsField], (int)fields[ExemplarsField], (int)fields[MetadataField]);
        return new BlockContents(
            fields[VersionField] == 1 ? WriteVersion.V1 : WriteVersion.V2, (int)fields[ShardField], items, fields[NewestField],
            DateTimeOffset.FromUnixTimeMilliseconds(fields[ArrivedField]));
    }
}
