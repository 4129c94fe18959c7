using System.Buffers.Binary;
using Agent.Wire.RemoteWrite;

namespace Agent.Components.Prometheus.RemoteWrite;

/// <summary>What stands beside the samples of an open block on disk: what it holds so far.</summary>
/// <remarks>
/// Little endian: version of remote write (1 byte), shard, samples, histograms, exemplars (4 bytes each), time of the newest sample and time
/// of arrival of the first (8 bytes each; Unix, in milliseconds). Nothing is allocated, unlike for <see cref="StoredBlockContents"/>.
/// </remarks>
internal static class OpenBlockContents
{
    public const int Size = 33;
    private const long LatestTime = 253402300799999;

    public static void Write(Span<byte> target, WriteVersion version, int shard, in OpenBlockState state)
    {
        target[0] = version == WriteVersion.V1 ? (byte)1 : (byte)2;
        BinaryPrimitives.WriteInt32LittleEndian(target[1..], shard);
        BinaryPrimitives.WriteInt32LittleEndian(target[5..], state.Items.Samples);
        BinaryPrimitives.WriteInt32LittleEndian(target[9..], state.Items.Histograms);
        BinaryPrimitives.WriteInt32LittleEndian(target[13..], state.Items.Exemplars);
        BinaryPrimitives.WriteInt64LittleEndian(target[17..], state.Newest);
        BinaryPrimitives.WriteInt64LittleEndian(target[25..], state.Opened.ToUnixTimeMilliseconds());
    }

    /// <summary>Null where it is nothing of the kind.</summary>
    public static BlockContents? Read(ReadOnlySpan<byte> source)
    {
        if (source.Length != Size || source[0] is not (1 or 2))
        {
            return null;
        }
        int shard = BinaryPrimitives.ReadInt32LittleEndian(source[1..]);
        var items = new ItemCounts(
            BinaryPrimitives.ReadInt32LittleEndian(source[5..]), BinaryPrimitives.ReadInt32LittleEndian(source[9..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[13..]), 0);
        long arrived = BinaryPrimitives.ReadInt64LittleEndian(source[25..]);
        if (shard < 0 || items.Samples < 0 || items.Histograms < 0 || items.Exemplars < 0 || arrived is < 0 or > LatestTime)
        {
            return null;
        }
        return new BlockContents(
            source[0] == 1 ? WriteVersion.V1 : WriteVersion.V2, shard, items, BinaryPrimitives.ReadInt64LittleEndian(source[17..]),
            DateTimeOffset.FromUnixTimeMilliseconds(arrived));
    }
}

/// <summary>What an open block holds so far.</summary>
/// <param name="Items">How many there are of each kind.</param>
/// <param name="Newest">Time of the newest sample, in milliseconds since the Unix epoch.</param>
/// <param name="Opened">When the first of it came.</param>
internal readonly record struct OpenBlockState(ItemCounts Items, long Newest, DateTimeOffset Opened);
