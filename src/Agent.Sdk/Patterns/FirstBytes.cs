namespace Agent.Sdk.Patterns;

/// <summary>Which bytes a match can go on with, and whether it can go on at the end of the text. Always a superset.</summary>
internal readonly record struct FirstBytes(UInt128 Low, UInt128 High, bool End)
{
    public static readonly FirstBytes None;

    public static readonly FirstBytes All = new(UInt128.MaxValue, UInt128.MaxValue, true);

    public static readonly FirstBytes TextEnd = new(0, 0, true);

    public bool HasContinuationBytes => ((ulong)High & ulong.MaxValue) != 0;

    public int Count => (int)(UInt128.PopCount(Low) + UInt128.PopCount(High));

    public bool Contains(int value) => (((value < 128 ? Low : High) >> (value & 127)) & 1) != 0;

    public bool Overlaps(FirstBytes other) => ((Low & other.Low) | (High & other.High)) != 0;

    public FirstBytes Or(FirstBytes other) => new(Low | other.Low, High | other.High, End || other.End);

    public FirstBytes With(int value) =>
        value < 128 ? this with { Low = Low | (UInt128.One << value) } : this with { High = High | (UInt128.One << (value & 127)) };

    public static FirstBytes Of(RuneSet set)
    {
        FirstBytes bytes = None;
        foreach ((int low, int high) in set.Ranges)
        {
            int from = Lead(low);
            int to = Lead(high);
            // An invalid byte counts as U+FFFD.
            if (low <= Utf8Text.Replacement && high >= Utf8Text.Replacement)
            {
                from = Math.Min(from, 0x80);
                to = 0xFF;
            }
            for (int value = from; value <= to; value++)
            {
                bytes = bytes.With(value);
            }
        }
        return bytes;
    }

    public byte[] ToArray() => [.. Enumerable.Range(0, 256).Where(Contains).Select(static value => (byte)value)];

    private static int Lead(int rune) => rune switch
    {
        < 0x80 => rune,
        < 0x800 => 0xC0 | (rune >> 6),
        < 0x10000 => 0xE0 | (rune >> 12),
        _ => 0xF0 | (rune >> 18),
    };
}
