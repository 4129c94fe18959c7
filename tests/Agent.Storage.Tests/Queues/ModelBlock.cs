using System.Buffers;
using System.Buffers.Binary;
using Agent.Storage.Queues;

namespace Agent.Storage.Tests.Queues;

/// <summary>A block that is nothing but a number, with a body that says the same again and again.</summary>
internal sealed class ModelBlock : QueuedBlock
{
    private readonly byte[] _body;
    private readonly Action<int> _settled;
    private bool _isSettled;
    private bool _isReleased;

    public ModelBlock(int value, Action<int> settled)
    {
        Value = value;
        _settled = settled;
        _body = new byte[4 * (1 + (value % 60))];
        for (int at = 0; at < _body.Length; at += 4)
        {
            BinaryPrimitives.WriteInt32LittleEndian(_body.AsSpan(at), value);
        }
    }

    public int Value { get; }

    public override int Shard => Value % 5;

    public override bool CanReplay => true;

    public override int Footprint => _body.Length;

    public override ReadOnlyMemory<byte> Body
    {
        get
        {
            Assert.False(_isReleased, "the body was read after its memory was given back");
            return _body;
        }
    }

    /// <summary>A block as it came from the log; fails where it is not what was put there.</summary>
    public static ModelBlock Restore(in StoredBlock stored)
    {
        int value = BinaryPrimitives.ReadInt32LittleEndian(stored.Metadata.Span);
        var block = new ModelBlock(value, static _ => { });
        Assert.True(stored.Body.AsSpan(0, stored.Length).SequenceEqual(block._body), $"block {value} has another body");
        Assert.Equal(block.Shard, stored.Shard);
        ArrayPool<byte>.Shared.Return(stored.Body);
        return block;
    }

    public override void WriteMetadata(IBufferWriter<byte> destination)
    {
        BinaryPrimitives.WriteInt32LittleEndian(destination.GetSpan(4), Value);
        destination.Advance(4);
    }

    protected internal override void OnSettled()
    {
        Assert.False(_isSettled, $"block {Value} was settled twice");
        _isSettled = true;
        _settled(Value);
    }

    protected internal override void OnReleased()
    {
        Assert.False(_isReleased, $"block {Value} was given back twice");
        _isReleased = true;
    }
}
