using System.Buffers.Binary;

namespace Agent.Wire.Protobuf;

/// <summary>Walks the fields of one protobuf message. Never throws and never leaves its span; a failure stays in <see cref="Error"/>.</summary>
/// <example>while (reader.Next()) { switch (reader.Field) { case 1 when reader.TryBytes(out var name): …; break; default: reader.Skip(); break; } }</example>
/// <remarks>After each true <see cref="Next"/> take the value with one Try method or <see cref="Skip"/>. Once failed, all return false.</remarks>
public ref struct ProtobufReader(ReadOnlySpan<byte> message)
{
    private const int MaxGroupDepth = 32;
    private readonly ReadOnlySpan<byte> _message = message;
    private int _at;

    public int Field { get; private set; }

    public WireType Type { get; private set; }

    /// <summary>Bytes behind the reader: where another one may go on.</summary>
    public readonly int Position => _at;

    /// <summary>Why reading stopped, or null while all is well.</summary>
    public string? Error { get; private set; }

    /// <summary>Moves to the next field. False at the end of the message, and on failure.</summary>
    public bool Next()
    {
        if (Error is not null || _at == _message.Length)
        {
            return false;
        }
        if (!Varint.TryRead(_message, ref _at, out ulong tag))
        {
            return Fail("cannot read a field's tag: the varint is cut off or too long");
        }
        // Field numbers have 29 bits; 0 is reserved.
        if (tag >> 3 is 0 or > 0x1FFFFFFF)
        {
            return Fail("cannot read a field: its number is out of range");
        }
        if ((tag & 7) > (ulong)WireType.Fixed32)
        {
            return Fail("cannot read a field: its wire type does not exist");
        }
        Field = (int)(tag >> 3);
        Type = (WireType)(tag & 7);
        return true;
    }

    public bool TryVarint(out ulong value)
    {
        value = 0;
        return Is(WireType.Varint)
            && (Varint.TryRead(_message, ref _at, out value) || Fail("cannot read a number: the varint is cut off or too long"));
    }

    public bool TryFixed64(out ulong value)
    {
        value = 0;
        if (!Is(WireType.Fixed64) || !Has(sizeof(ulong)))
        {
            return false;
        }
        value = BinaryPrimitives.ReadUInt64LittleEndian(_message[_at..]);
        _at += sizeof(ulong);
        return true;
    }

    public bool TryFixed32(out uint value)
    {
        value = 0;
        if (!Is(WireType.Fixed32) || !Has(sizeof(uint)))
        {
            return false;
        }
        value = BinaryPrimitives.ReadUInt32LittleEndian(_message[_at..]);
        _at += sizeof(uint);
        return true;
    }

    public bool TryDouble(out double value)
    {
        bool ok = TryFixed64(out ulong bits);
        value = BitConverter.UInt64BitsToDouble(bits);
        return ok;
    }

    /// <summary>A string, bytes, nested message or packed field. Strings are not checked to be UTF-8.</summary>
    public bool TryBytes(out ReadOnlySpan<byte> value)
    {
        value = default;
        if (!Is(WireType.LengthDelimited))
        {
            return false;
        }
        if (!Varint.TryRead(_message, ref _at, out ulong length) || length > (ulong)(_message.Length - _at))
        {
            return Fail("cannot read a field: its length exceeds the message");
        }
        value = _message.Slice(_at, (int)length);
        _at += (int)length;
        return true;
    }

    /// <summary>Passes over the current field whatever it holds, groups included.</summary>
    public bool Skip()
    {
        int depth = 0;
        do
        {
            bool ok = Type switch
            {
                WireType.Varint => TryVarint(out _),
                WireType.Fixed64 => TryFixed64(out _),
                WireType.Fixed32 => TryFixed32(out _),
                WireType.LengthDelimited => TryBytes(out _),
                WireType.GroupStart => ++depth <= MaxGroupDepth || Fail("cannot skip a group: it is nested too deeply"),
                _ => --depth >= 0 || Fail("cannot read a field: a group ends that was not begun"),
            };
            if (!ok)
            {
                return false;
            }
        }
        while (depth > 0 && (Next() || Fail("cannot skip a group: the message ends inside it")));
        return Error is null;
    }

    /// <summary>Records the first failure (of this reader, or of the message that its caller takes from it); always false.</summary>
    public bool Fail(string error)
    {
        Error ??= error;
        return false;
    }

    private bool Is(WireType expected) =>
        Error is null && (Type == expected || Fail("cannot read a field: its wire type is not the one its number calls for"));

    private bool Has(int bytes) => _message.Length - _at >= bytes || Fail("cannot read a field: the message ends inside it");
}
