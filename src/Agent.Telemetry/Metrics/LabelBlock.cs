using System.Text;

namespace Agent.Telemetry.Metrics;

/// <summary>Labels as one run of bytes, in the layout that Prometheus remote write 1 gives them, so that sending one is a copy.</summary>
/// <remarks>
/// Per label: <c>0A</c>, length of what follows, <c>0A</c>, length of the name, the name, <c>12</c>, length of the value, the value. Lengths
/// are varints, texts UTF-8. As fields of protobuf these are the <c>labels</c> of a TimeSeries and of an Exemplar. Names are in the order of
/// their bytes, as receivers demand.
/// </remarks>
public static class LabelBlock
{
    /// <summary>Tag of a label, and of its name within.</summary>
    public const byte LabelTag = 0x0A;

    /// <summary>Tag of a label's value.</summary>
    public const byte ValueTag = 0x12;

    /// <summary>The block of a set. Lone surrogates become U+FFFD.</summary>
    public static byte[] Of(LabelSet labels)
    {
        Label[] ordered = [.. labels.Span];
        // Sets are ordered by UTF-16 units, which differs from the order of bytes only where surrogates take part.
        if (Array.Exists(ordered, static label => label.Name.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') >= 0))
        {
            Array.Sort(ordered, static (a, b) => Encoding.UTF8.GetBytes(a.Name).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(b.Name)));
        }
        int length = 0;
        foreach (Label label in ordered)
        {
            length += LabelLength(Encoding.UTF8.GetByteCount(label.Name), Encoding.UTF8.GetByteCount(label.Value));
        }
        byte[] block = new byte[length];
        int at = 0;
        foreach (Label label in ordered)
        {
            int name = Encoding.UTF8.GetByteCount(label.Name);
            int value = Encoding.UTF8.GetByteCount(label.Value);
            Open(block, ref at, name, value);
            at += Encoding.UTF8.GetBytes(label.Name, block.AsSpan(at));
            OpenValue(block, ref at, value);
            at += Encoding.UTF8.GetBytes(label.Value, block.AsSpan(at));
        }
        return block;
    }

    /// <summary>Bytes that one label takes.</summary>
    public static int LabelLength(int nameLength, int valueLength)
    {
        int body = BodyLength(nameLength, valueLength);
        return 1 + VarintLength(body) + body;
    }

    /// <summary>Writes one label and returns its length; <paramref name="target"/> needs <see cref="LabelLength"/> bytes.</summary>
    public static int Write(Span<byte> target, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        int at = 0;
        Open(target, ref at, name.Length, value.Length);
        name.CopyTo(target[at..]);
        at += name.Length;
        OpenValue(target, ref at, value.Length);
        value.CopyTo(target[at..]);
        return at + value.Length;
    }

    /// <summary>The labels of a block, as views into it.</summary>
    public static Enumerator Read(ReadOnlySpan<byte> block) => new(block);

    private static int BodyLength(int name, int value) => 2 + VarintLength(name) + name + VarintLength(value) + value;

    private static void Open(Span<byte> target, ref int at, int name, int value)
    {
        target[at++] = LabelTag;
        WriteLength(target, ref at, BodyLength(name, value));
        target[at++] = LabelTag;
        WriteLength(target, ref at, name);
    }

    private static void OpenValue(Span<byte> target, ref int at, int value)
    {
        target[at++] = ValueTag;
        WriteLength(target, ref at, value);
    }

    private static int VarintLength(int value) => value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x200000 ? 3 : value < 0x10000000 ? 4 : 5;

    private static void WriteLength(Span<byte> target, ref int at, int length)
    {
        uint rest = (uint)length;
        for (; rest >= 0x80; rest >>= 7)
        {
            target[at++] = (byte)(rest | 0x80);
        }
        target[at++] = (byte)rest;
    }

    /// <summary>Walks a block that this class wrote. A block damaged elsewhere ends the walk early.</summary>
    public ref struct Enumerator
    {
        private ReadOnlySpan<byte> _rest;

        internal Enumerator(ReadOnlySpan<byte> block)
        {
            _rest = block;
            Name = default;
            Value = default;
        }

        public ReadOnlySpan<byte> Name { get; private set; }

        public ReadOnlySpan<byte> Value { get; private set; }

        public bool MoveNext()
        {
            if (!TryTake(ref _rest, LabelTag, out ReadOnlySpan<byte> label)
                || !TryTake(ref label, LabelTag, out ReadOnlySpan<byte> name)
                || !TryTake(ref label, ValueTag, out ReadOnlySpan<byte> value))
            {
                return false;
            }
            Name = name;
            Value = value;
            return true;
        }

        private static bool TryTake(scoped ref ReadOnlySpan<byte> from, byte tag, out ReadOnlySpan<byte> taken)
        {
            taken = default;
            if (from.IsEmpty || from[0] != tag)
            {
                return false;
            }
            uint length = 0;
            int at = 1;
            for (int shift = 0; at < from.Length && shift < 32; shift += 7)
            {
                byte next = from[at++];
                length |= (uint)(next & 0x7F) << shift;
                if (next < 0x80)
                {
                    if (length > (uint)(from.Length - at))
                    {
                        return false;
                    }
                    taken = from.Slice(at, (int)length);
                    from = from[(at + (int)length)..];
                    return true;
                }
            }
            return false;
        }
    }
}
