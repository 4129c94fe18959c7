using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Agent.Storage.Queues;

/// <summary>What precedes a block's own metadata in the log: who it is for. The layout is in the README of this project.</summary>
internal readonly ref struct BlockAddress
{
    private const int FixedSize = 8;
    private const byte Version = 1;
    private const byte ReplayFlag = 1;

    private readonly ReadOnlySpan<byte> _endpoints;

    private BlockAddress(ReadOnlySpan<byte> endpoints, int shard, bool canReplay, int size)
    {
        _endpoints = endpoints;
        (Shard, CanReplay, Size) = (shard, canReplay, size);
    }

    public int Shard { get; }

    public bool CanReplay { get; }

    /// <summary>Bytes; the block's own metadata follows.</summary>
    public int Size { get; }

    /// <summary>64-bit FNV-1a of what makes an endpoint the same one after a restart.</summary>
    public static ulong IdOf(string endpoint) => Fnv1a.Hash(Encoding.UTF8.GetBytes(endpoint));

    public static void Write(IBufferWriter<byte> destination, QueuedBlock block, ReadOnlySpan<ulong> endpoints)
    {
        Span<byte> span = destination.GetSpan(FixedSize + (endpoints.Length * sizeof(ulong)));
        span[0] = Version;
        span[1] = block.CanReplay ? ReplayFlag : (byte)0;
        BinaryPrimitives.WriteInt32LittleEndian(span[2..], block.Shard);
        BinaryPrimitives.WriteUInt16LittleEndian(span[6..], checked((ushort)endpoints.Length));
        for (int i = 0; i < endpoints.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(span[(FixedSize + (i * sizeof(ulong)))..], endpoints[i]);
        }
        destination.Advance(FixedSize + (endpoints.Length * sizeof(ulong)));
    }

    public static bool TryRead(ReadOnlySpan<byte> metadata, out BlockAddress header)
    {
        header = default;
        if (metadata.Length < FixedSize || metadata[0] != Version)
        {
            return false;
        }
        int size = FixedSize + (BinaryPrimitives.ReadUInt16LittleEndian(metadata[6..]) * sizeof(ulong));
        int shard = BinaryPrimitives.ReadInt32LittleEndian(metadata[2..]);
        if (metadata.Length < size || shard < 0)
        {
            return false;
        }
        header = new BlockAddress(metadata[FixedSize..size], shard, (metadata[1] & ReplayFlag) != 0, size);
        return true;
    }

    public bool IsFor(ulong endpoint)
    {
        for (ReadOnlySpan<byte> rest = _endpoints; rest.Length >= sizeof(ulong); rest = rest[sizeof(ulong)..])
        {
            if (BinaryPrimitives.ReadUInt64LittleEndian(rest) == endpoint)
            {
                return true;
            }
        }
        return false;
    }
}
