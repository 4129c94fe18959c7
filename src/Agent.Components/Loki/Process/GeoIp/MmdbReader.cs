using System.Buffers.Binary;

namespace Agent.Components.Loki.Process.GeoIp;

/// <summary>Reads values out of one section of a MaxMind database. Values are known by their offset; -1 stands for none.</summary>
/// <remarks>
/// <para>Format: https://maxmind.github.io/MaxMind-DB/. A value begins with a control byte: three bits of type (0: the type is 7 more than
/// the next byte) and five of size (29 to 31: one to three bytes of size follow). A pointer holds an offset into the section.</para>
/// <para>The file is not trusted: every offset is checked, depth and the number of steps are bounded, and what does not fit sets
/// <see cref="IsCorrupt"/> instead of throwing. Texts are slices of the file, so that a lookup allocates nothing.</para>
/// </remarks>
internal struct MmdbReader(ReadOnlyMemory<byte> section)
{
    public const int None = -1;

    private const int MaxDepth = 64;

    // A city's record has a few hundred values. Maps whose pointers lead to the same maps over and over would take forever otherwise.
    private int _steps = 50_000;

    /// <summary>True once something did not fit.</summary>
    public bool IsCorrupt { get; private set; }

    /// <summary>The value of a map's key.</summary>
    public int Find(int at, ReadOnlySpan<byte> key)
    {
        if (at == None || !TryOpen(at, out Head map) || map.Kind != MmdbKind.Map)
        {
            return None;
        }
        int position = map.Payload;
        for (int i = 0; i < map.Size && !IsCorrupt; i++)
        {
            bool isWanted = TryOpen(position, out Head name) && ReadText(name).Span.SequenceEqual(key);
            position = EndOf(name);
            if (isWanted || IsCorrupt)
            {
                return IsCorrupt ? None : position;
            }
            position = Skip(position, 0);
        }
        return None;
    }

    /// <summary>The last item of an array.</summary>
    public int Last(int at)
    {
        if (at == None || !TryOpen(at, out Head array) || array.Kind != MmdbKind.Array || array.Size == 0)
        {
            return None;
        }
        int position = array.Payload;
        for (int i = 1; i < array.Size && !IsCorrupt; i++)
        {
            position = Skip(position, 0);
        }
        return IsCorrupt ? None : position;
    }

    /// <summary>A text; empty where the value is none.</summary>
    public ReadOnlyMemory<byte> Text(int at) =>
        at != None && TryOpen(at, out Head head) && head.Kind == MmdbKind.Text ? ReadText(head) : default;

    /// <summary>A number of any type; false where the value is none.</summary>
    public bool TryNumber(int at, out double number)
    {
        number = 0;
        return at != None && TryOpen(at, out Head head) && TryNumber(head, out number);
    }

    /// <summary>Opens a value, where it is a pointer the one that it leads to.</summary>
    public bool TryOpen(int at, out Head head)
    {
        if (!TryControl(at, out head) || head.Kind != MmdbKind.Pointer)
        {
            return !IsCorrupt;
        }
        int after = head.Payload;
        if (TryControl(head.Size, out head) && head.Kind == MmdbKind.Pointer)
        {
            Fail();
        }
        head = head with { AfterPointer = after };
        return !IsCorrupt;
    }

    public ReadOnlyMemory<byte> ReadText(Head head) => head.Kind == MmdbKind.Text && Fits(head) ? section.Slice(head.Payload, head.Size) : Broken();

    public bool TryNumber(Head head, out double number)
    {
        number = 0;
        bool isNumber = head.Kind is MmdbKind.Double or MmdbKind.Float or MmdbKind.Int32 or MmdbKind.UInt16 or MmdbKind.UInt32
            or MmdbKind.UInt64 or MmdbKind.UInt128;
        if (!isNumber || !Fits(head))
        {
            return false;
        }
        ReadOnlySpan<byte> bytes = section.Span.Slice(head.Payload, head.Size);
        switch (head.Kind)
        {
            case MmdbKind.Double when bytes.Length == sizeof(double):
                number = BinaryPrimitives.ReadDoubleBigEndian(bytes);
                return true;
            case MmdbKind.Float when bytes.Length == sizeof(float):
                number = BinaryPrimitives.ReadSingleBigEndian(bytes);
                return true;
            case MmdbKind.Double or MmdbKind.Float:
                Fail();
                return false;
            default:
                return TryInteger(head.Kind, bytes, out number);
        }
    }

    /// <summary>Where the next value begins.</summary>
    public int Skip(int at, int depth)
    {
        if (depth > MaxDepth || !TryControl(at, out Head head))
        {
            return Fail();
        }
        if (head.Kind is not (MmdbKind.Map or MmdbKind.Array))
        {
            return EndOf(head);
        }
        int position = head.Payload;
        long items = head.Kind == MmdbKind.Map ? 2L * head.Size : head.Size;
        for (long i = 0; i < items && !IsCorrupt; i++)
        {
            position = Skip(position, depth + 1);
        }
        return position;
    }

    /// <summary>Where the value behind one that holds no others begins.</summary>
    public int EndOf(Head head)
    {
        if (head.AfterPointer != 0)
        {
            return head.AfterPointer;
        }
        // A bool's size is its value, a pointer's is where it leads.
        return head.Kind is MmdbKind.Bool or MmdbKind.Pointer ? head.Payload : Fits(head) ? head.Payload + head.Size : None;
    }

    public int Fail()
    {
        IsCorrupt = true;
        return None;
    }

    private bool TryControl(int at, out Head head)
    {
        head = default;
        ReadOnlySpan<byte> text = section.Span;
        if (IsCorrupt || --_steps < 0 || (uint)at >= (uint)text.Length)
        {
            Fail();
            return false;
        }
        byte control = text[at++];
        int kind = control >> 5;
        if (kind == (int)MmdbKind.Pointer)
        {
            return TryPointer(control, at, out head);
        }
        if (kind == 0)
        {
            kind = at < text.Length ? 7 + text[at++] : 0;
        }
        int size = control & 0x1F;
        int more = size < 29 ? 0 : size - 28;
        if (kind == 0 || more > text.Length - at)
        {
            Fail();
            return false;
        }
        int extra = (int)BigEndian(text.Slice(at, more));
        size = more switch { 0 => size, 1 => 29 + extra, 2 => 285 + extra, _ => 65_821 + extra };
        head = new Head((MmdbKind)kind, size, at + more, 0);
        return true;
    }

    private bool TryPointer(byte control, int at, out Head head)
    {
        int bytes = ((control >> 3) & 3) + 1;
        head = default;
        if (bytes > section.Length - at)
        {
            Fail();
            return false;
        }
        ulong value = BigEndian(section.Span.Slice(at, bytes));
        value += bytes switch
        {
            1 => (ulong)(control & 7) << 8,
            2 => ((ulong)(control & 7) << 16) + 2048,
            3 => ((ulong)(control & 7) << 24) + 526_336,
            _ => 0,
        };
        if (value >= (ulong)section.Length)
        {
            Fail();
            return false;
        }
        head = new Head(MmdbKind.Pointer, (int)value, at + bytes, 0);
        return true;
    }

    private bool TryInteger(MmdbKind kind, ReadOnlySpan<byte> bytes, out double number)
    {
        number = 0;
        if (bytes.Length > 16)
        {
            Fail();
            return false;
        }
        UInt128 whole = 0;
        foreach (byte value in bytes)
        {
            whole = (whole << 8) | value;
        }
        number = kind == MmdbKind.Int32 ? unchecked((int)(uint)whole) : (double)whole;
        return true;
    }

    private bool Fits(Head head)
    {
        if (IsCorrupt || head.Size > section.Length - head.Payload)
        {
            Fail();
        }
        return !IsCorrupt;
    }

    private ReadOnlyMemory<byte> Broken()
    {
        Fail();
        return default;
    }

    private static ulong BigEndian(ReadOnlySpan<byte> bytes)
    {
        ulong value = 0;
        foreach (byte each in bytes)
        {
            value = (value << 8) | each;
        }
        return value;
    }

    /// <summary>The beginning of a value.</summary>
    /// <param name="Kind">What it is.</param>
    /// <param name="Size">Bytes, items of an array, pairs of a map; the value of a bool; where a pointer leads.</param>
    /// <param name="Payload">Where its content begins.</param>
    /// <param name="AfterPointer">Where the value behind the pointer that led here begins; 0 where there was none.</param>
    public readonly record struct Head(MmdbKind Kind, int Size, int Payload, int AfterPointer);
}
