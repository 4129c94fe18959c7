using System.Buffers;
using System.Text;
using Agent.Sdk.Patterns;

namespace Agent.Components.Loki.Process.Stages;

/// <summary>Walks over the numbers in a text whose Luhn checksum is right.</summary>
/// <remarks>
/// Mirrors Alloy: what does not fit 63 bits, or has a digit of another script, is no number; of delimiters behind a number only the
/// last one stays. Matches of the skip pattern are walked along, so that time stays linear.
/// </remarks>
internal ref struct LuhnNumbers(ReadOnlySpan<byte> text, int minLength, ReadOnlySpan<Rune> delimiters)
{
    // Digits of other scripts are beyond ASCII.
    private static readonly SearchValues<byte> Candidates =
        SearchValues.Create([.. "0123456789"u8, .. Enumerable.Range(0x80, 0x80).Select(static i => (byte)i)]);

    private readonly ReadOnlySpan<byte> _text = text;
    private readonly ReadOnlySpan<Rune> _delimiters = delimiters;
    private PatternMatches _skips;
    private int _at;
    private ByteRange _skip;
    private bool _hasSkips;

    /// <summary>How many numbers the walk has found.</summary>
    public int Found { get; private set; }

    /// <summary>Where the number in hand starts.</summary>
    public int Start { get; private set; }

    /// <summary>Where the text behind the number goes on: with its last delimiter, where there is one.</summary>
    public int End { get; private set; }

    /// <summary>Leaves numbers alone that lie inside one of these matches.</summary>
    public void Skip(PatternMatches matches)
    {
        _skips = matches;
        _hasSkips = true;
    }

    public bool MoveNext()
    {
        while (true)
        {
            int next = _text[_at..].IndexOfAny(Candidates);
            if (next < 0)
            {
                return false;
            }
            _at += next;
            if (TryTakeNumber())
            {
                Found++;
                return true;
            }
        }
    }

    // Steps over the number here, or over one character that is no digit.
    private bool TryTakeNumber()
    {
        int start = _at;
        int end = _at;
        int lastDelimiter = -1;
        int length = 0;
        ulong number = 0;
        bool valid = true;
        while (_at < _text.Length)
        {
            Rune.DecodeFromUtf8(_text[_at..], out Rune rune, out int width);
            if (Rune.IsDigit(rune))
            {
                valid = valid && rune.IsAscii && number <= ((ulong)long.MaxValue - (ulong)(rune.Value - '0')) / 10;
                number = valid ? (number * 10) + (ulong)(rune.Value - '0') : 0;
                length += width;
                end = _at + width;
                lastDelimiter = -1;
            }
            else if (length > 0 && _delimiters.Contains(rune))
            {
                lastDelimiter = _at;
            }
            else
            {
                _at += length == 0 ? width : 0;
                break;
            }
            _at += width;
        }
        if (length < minLength || !valid || !IsLuhn(number) || IsSkipped(start, end))
        {
            return false;
        }
        (Start, End) = (start, lastDelimiter < 0 ? end : lastDelimiter);
        return true;
    }

    private bool IsSkipped(int start, int end)
    {
        while (_hasSkips && _skip.End <= start)
        {
            _hasSkips = _skips.MoveNext();
            _skip = _hasSkips ? _skips.Current[0] : default;
        }
        return _hasSkips && _skip.Start <= start && end <= _skip.End;
    }

    private static bool IsLuhn(ulong number)
    {
        ulong sum = 0;
        for (bool doubles = false; number > 0; doubles = !doubles, number /= 10)
        {
            ulong digit = number % 10;
            digit = doubles ? 2 * digit : digit;
            sum += digit > 9 ? digit - 9 : digit;
        }
        return sum % 10 == 0;
    }
}
