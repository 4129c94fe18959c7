using System.Buffers;

namespace Agent.Sdk.Patterns;

/// <summary>A set of code points made ready to test and to scan UTF-8 with.</summary>
internal sealed class RuneMatcher
{
    private readonly RuneSet _set;
    private readonly bool[] _ascii = new bool[128];

    // Set where every byte from 0x80 is treated alike: then a run ends at the first of these, or at the first not of these.
    private readonly SearchValues<byte>? _stops;
    private readonly SearchValues<byte>? _members;

    public RuneMatcher(RuneSet set)
    {
        _set = set;
        for (int i = 0; i < _ascii.Length; i++)
        {
            _ascii[i] = set.Contains(i);
        }
        IEnumerable<int> ascii = Enumerable.Range(0, 128);
        if (set.Ranges is [.., (<= 0x80, RuneSet.MaxRune)])
        {
            _stops = SearchValues.Create([.. ascii.Where(i => !_ascii[i]).Select(static i => (byte)i)]);
        }
        else if (set.Ranges.IsEmpty || set.Ranges[^1].High < 0x80)
        {
            _members = SearchValues.Create([.. ascii.Where(i => _ascii[i]).Select(static i => (byte)i)]);
        }
    }

    public bool Contains(int rune) => rune < 128 ? _ascii[rune] : _members is null && (_stops is not null || _set.Contains(rune));

    /// <summary>Takes one code point, if it is of the set.</summary>
    public bool TryTake(ReadOnlySpan<byte> text, ref int at)
    {
        if (at == text.Length)
        {
            return false;
        }
        byte first = text[at];
        if (first < 128)
        {
            at += _ascii[first] ? 1 : 0;
            return _ascii[first];
        }
        int rune = Utf8Text.Decode(text, at, out int width);
        bool inside = Contains(rune);
        at += inside ? width : 0;
        return inside;
    }

    /// <summary>Where a run of the set from <paramref name="at"/> ends.</summary>
    public int RunEnd(ReadOnlySpan<byte> text, int at)
    {
        if (_stops is not null || _members is not null)
        {
            ReadOnlySpan<byte> rest = text[at..];
            int length = _stops is not null ? rest.IndexOfAny(_stops) : rest.IndexOfAnyExcept(_members!);
            return length < 0 ? text.Length : at + length;
        }
        while (TryTake(text, ref at))
        {
        }
        return at;
    }
}
