using System.Buffers;
using System.Text;
using Agent.Wire;
using Agent.Wire.Protobuf;

namespace Agent.Components.Loki.Write;

/// <summary>How the contents of a batch are kept beside its bytes in the queue on disk: one protobuf message.</summary>
/// <remarks>1 tenant (string), 2 shard, 3 entries, 4 bytes of lines, 5 arrivals (message: 1 Unix time in milliseconds, 2 entries).</remarks>
internal static class StoredBatch
{
    private const int TenantField = 1;
    private const int ShardField = 2;
    private const int EntriesField = 3;
    private const int LineBytesField = 4;
    private const int ArrivalField = 5;
    private const int TimeField = 1;
    private const int CountField = 2;

    public static void Write(BatchContents contents, IBufferWriter<byte> destination)
    {
        using var message = new GrowableBuffer();
        var writer = new ProtobufWriter(message);
        writer.WriteBytes(TenantField, Encoding.UTF8.GetBytes(contents.Tenant));
        writer.WriteInt64(ShardField, contents.Shard);
        writer.WriteInt64(EntriesField, contents.Entries);
        writer.WriteInt64(LineBytesField, contents.LineBytes);
        foreach (Arrival arrival in contents.Arrivals)
        {
            ProtobufMark mark = writer.BeginMessage(ArrivalField);
            writer.WriteInt64(TimeField, arrival.Time.ToUnixTimeMilliseconds());
            writer.WriteInt64(CountField, arrival.Entries);
            writer.EndMessage(mark);
        }
        destination.Write(message.Written);
    }

    /// <summary>Null where it is no such message.</summary>
    public static BatchContents? Read(ReadOnlySpan<byte> message)
    {
        string tenant = "";
        ulong shard = 0, entries = 0, bytes = 0;
        List<Arrival> arrivals = [];
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case TenantField when reader.TryBytes(out ReadOnlySpan<byte> text):
                    tenant = Encoding.UTF8.GetString(text);
                    break;
                case ShardField when reader.TryVarint(out shard):
                case EntriesField when reader.TryVarint(out entries):
                case LineBytesField when reader.TryVarint(out bytes):
                    break;
                case ArrivalField when reader.TryBytes(out ReadOnlySpan<byte> arrival) && ReadArrival(arrival) is { } read:
                    arrivals.Add(read);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
        return reader.Error is not null || shard > int.MaxValue || entries is 0 or > int.MaxValue || bytes > long.MaxValue
            ? null
            : new BatchContents(tenant, (int)shard, (int)entries, (long)bytes, [], arrivals);
    }

    private static Arrival? ReadArrival(ReadOnlySpan<byte> message)
    {
        ulong time = 0, entries = 0;
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            _ = reader.Field switch
            {
                TimeField => reader.TryVarint(out time),
                CountField => reader.TryVarint(out entries),
                _ => reader.Skip(),
            };
        }
        const ulong latest = 253402300799999;
        return reader.Error is not null || time > latest || entries > int.MaxValue
            ? null
            : new Arrival(DateTimeOffset.FromUnixTimeMilliseconds((long)time), (int)entries);
    }
}
