using System.Buffers;

namespace Agent.Components.Loki.SourceSyslog;

/// <summary>Walks through the header of a message; what both formats have in common.</summary>
internal ref struct SyslogScanner(ReadOnlySpan<byte> input)
{
    public const string ExpectedPriority = "a priority value in the range 1-191 or equal to 0, within angle brackets";
    private const int HighestPriority = 191;

    // US-ASCII 33 to 126.
    private static readonly SearchValues<byte> Graphic =
        SearchValues.Create([.. Enumerable.Range('!', '~' - '!' + 1).Select(static code => (byte)code)]);

    public ReadOnlySpan<byte> Input { get; } = input;

    public int At { get; set; }

    public readonly ReadOnlySpan<byte> Rest => Input[At..];

    public readonly bool IsAtEnd => At >= Input.Length;

    /// <summary>The next byte, 0 at the end.</summary>
    public readonly byte Next => At < Input.Length ? Input[At] : (byte)0;

    public static bool IsGraphic(ReadOnlySpan<byte> text) => !text.ContainsAnyExcept(Graphic);

    public bool Take(char expected)
    {
        if (IsAtEnd || Input[At] != expected)
        {
            return false;
        }
        At++;
        return true;
    }

    public void SkipSpaces()
    {
        while (Next == ' ')
        {
            At++;
        }
    }

    /// <summary><c>&lt;PRI&gt;</c>: up to three digits without leading zeros.</summary>
    public bool TakePriority(out int priority)
    {
        priority = 0;
        if (!Take('<'))
        {
            return false;
        }
        int start = At;
        while (At - start < 3 && char.IsAsciiDigit((char)Next))
        {
            priority = (priority * 10) + Next - '0';
            At++;
        }
        int digits = At - start;
        bool leadingZero = digits > 1 && Input[start] == '0';
        return digits > 0 && !leadingZero && priority <= HighestPriority && Take('>');
    }

    /// <summary>A word of graphic characters that a space or the end closes.</summary>
    public bool TakeWord(int longest, out ReadOnlySpan<byte> word)
    {
        ReadOnlySpan<byte> rest = Rest;
        int length = rest.IndexOfAnyExcept(Graphic);
        length = length < 0 ? rest.Length : length;
        word = rest[..length];
        if (length == 0 || length > longest)
        {
            At += Math.Min(length, longest);
            return false;
        }
        At += length;
        return true;
    }

    /// <summary>Two digits from <paramref name="lowest"/> to <paramref name="highest"/>, or -1; moves on only where they fit.</summary>
    public int TakeTwoDigits(int lowest, int highest)
    {
        ReadOnlySpan<byte> rest = Rest;
        if (rest.Length < 2 || !char.IsAsciiDigit((char)rest[0]) || !char.IsAsciiDigit((char)rest[1]))
        {
            return -1;
        }
        int value = ((rest[0] - '0') * 10) + rest[1] - '0';
        if (value < lowest || value > highest)
        {
            return -1;
        }
        At += 2;
        return value;
    }
}
