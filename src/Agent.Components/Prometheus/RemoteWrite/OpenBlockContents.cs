using System.Buffers.Binary;
using Agent.Wire.RemoteWrite;

namespace Agent.Components.Prometheus.RemoteWrite;

/// <summary>What stands beside the samples of an open block on disk: what it holds so far.</summary>
/// <remarks>
/// Little endian: version of remote write (1 byte), shard, samples, histograms, exemplars (4 bytes each), time of the newest sample and time
/// of arrival of the first (8 bytes each; Unix, in milliseconds), bytes of the request that are packed, bytes of the rest that they stand
/// for (4 bytes each). Nothing is allocated, unlike for <see cref="StoredBlockContents"/>.
/// </remarks>
/// <param name="Version">Form of the request.</param>
/// <param name="Shard">Which queue of each endpoint it goes to.</param>
/// <param name="State">What there is.</param>
/// <param name="Superseded">So many bytes of all second parts are in the first parts by now, packed.</param>
internal readonly record struct OpenBlockContents(WriteVersion Version, int Shard, OpenBlockState State, int Superseded)
{
    public const int Size = 41;
    private const long LatestTime = 253402300799999;

    /// <summary>The same as what stands beside a block that is sealed.</summary>
    public BlockContents ToBlock() => new(Version, Shard, State.Items, State.Newest, State.Opened);

    public static void Write(Span<byte> target, in OpenBlockContents contents)
    {
        OpenBlockState state = contents.State;
        target[0] = contents.Version == WriteVersion.V1 ? (byte)1 : (byte)2;
        BinaryPrimitives.WriteInt32LittleEndian(target[1..], contents.Shard);
        BinaryPrimitives.WriteInt32LittleEndian(target[5..], state.Items.Samples);
        BinaryPrimitives.WriteInt32LittleEndian(target[9..], state.Items.Histograms);
        BinaryPrimitives.WriteInt32LittleEndian(target[13..], state.Items.Exemplars);
        BinaryPrimitives.WriteInt64LittleEndian(target[17..], state.Newest);
        BinaryPrimitives.WriteInt64LittleEndian(target[25..], state.Opened.ToUnixTimeMilliseconds());
        BinaryPrimitives.WriteInt32LittleEndian(target[33..], state.Packed);
        BinaryPrimitives.WriteInt32LittleEndian(target[37..], contents.Superseded);
    }

    /// <summary>Null where it is nothing of the kind.</summary>
    public static OpenBlockContents? Read(ReadOnlySpan<byte> source)
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
        int packed = BinaryPrimitives.ReadInt32LittleEndian(source[33..]);
        int superseded = BinaryPrimitives.ReadInt32LittleEndian(source[37..]);
        if ((shard | items.Samples | items.Histograms | items.Exemplars | packed | superseded) < 0 || arrived is < 0 or > LatestTime)
        {
            return null;
        }
        var state = new OpenBlockState(
            items, BinaryPrimitives.ReadInt64LittleEndian(source[17..]), DateTimeOffset.FromUnixTimeMilliseconds(arrived), packed);
        return new OpenBlockContents(source[0] == 1 ? WriteVersion.V1 : WriteVersion.V2, shard, state, superseded);
    }
}

/// <summary>What an open block holds so far.</summary>
/// <param name="Items">How many there are of each kind.</param>
/// <param name="Newest">Time of the newest sample, in milliseconds since the Unix epoch.</param>
/// <param name="Opened">When the first of it came.</param>
/// <param name="Packed">Bytes of the request that were compressed already.</param>
internal readonly record struct OpenBlockState(ItemCounts Items, long Newest, DateTimeOffset Opened, int Packed);
