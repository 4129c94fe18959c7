using System.Buffers.Binary;
using System.Text;
using Agent.Telemetry;

namespace Agent.Components.Loki.Process.Labels;

/// <summary>Changes of labels that were asked for and not yet made, as bytes: that is also the key under which the result is kept.</summary>
/// <remarks>Each change: its number (4 bytes), the value's length (4 bytes), the value in UTF-8.</remarks>
internal sealed class PendingChanges
{
    private const int HeaderSize = 8;
    private byte[] _buffer = new byte[256];
    private int _length;

    public bool IsEmpty => _length == 0;

    public ReadOnlySpan<byte> Bytes => _buffer.AsSpan(0, _length);

    public void Add(int change, ReadOnlySpan<byte> value)
    {
        int needed = _length + HeaderSize + value.Length;
        if (needed > _buffer.Length)
        {
            Array.Resize(ref _buffer, Math.Max(needed, 2 * _buffer.Length));
        }
        Span<byte> target = _buffer.AsSpan(_length);
        BinaryPrimitives.WriteInt32LittleEndian(target, change);
        BinaryPrimitives.WriteInt32LittleEndian(target[4..], value.Length);
        value.CopyTo(target[HeaderSize..]);
        _length = needed;
    }

    public void Clear() => _length = 0;

    /// <summary>Makes the changes that <paramref name="bytes"/> stand for.</summary>
    public static LabelSet Apply(LabelSet labels, ReadOnlySpan<byte> bytes, IReadOnlyList<LabelChange> changes)
    {
        var builder = new LabelSetBuilder(labels);
        while (!bytes.IsEmpty)
        {
            int change = BinaryPrimitives.ReadInt32LittleEndian(bytes);
            int length = BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]);
            changes[change].Apply(builder, Encoding.UTF8.GetString(bytes.Slice(HeaderSize, length)));
            bytes = bytes[(HeaderSize + length)..];
        }
        return builder.ToLabelSet();
    }
}
