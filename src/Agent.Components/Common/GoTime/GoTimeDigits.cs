namespace Agent.Components.Common.GoTime;

/// <summary>Numbers and zone names inside a time.</summary>
internal static class GoTimeDigits
{
    private const int NanosecondDigits = 9;

    public static int Count(ReadOnlySpan<byte> text)
    {
        int count = text.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        return count < 0 ? text.Length : count;
    }

    /// <summary>Takes one or two digits; exactly two when <paramref name="two"/>.</summary>
    public static bool TryTakeTwo(ref ReadOnlySpan<byte> text, bool two, out int value)
    {
        value = 0;
        int digits = Count(text[..Math.Min(2, text.Length)]);
        if (digits == 0 || (two && digits < 2))
        {
            return false;
        }
        value = digits == 2 ? ((text[0] - '0') * 10) + text[1] - '0' : text[0] - '0';
        text = text[digits..];
        return true;
    }

    public static bool TryTakeThree(ref ReadOnlySpan<byte> text, bool three, out int value)
    {
        value = 0;
        int digits = Count(text[..Math.Min(3, text.Length)]);
        foreach (byte digit in text[..digits])
        {
            value = (value * 10) + digit - '0';
        }
        text = text[digits..];
        return digits > 0 && (!three || digits == 3);
    }

    /// <summary>Takes a number of exactly so many characters, of which the first may be a sign.</summary>
    public static bool TryTakeSigned(ref ReadOnlySpan<byte> text, int length, out int value)
    {
        value = 0;
        if (text.Length < length || !System.Buffers.Text.Utf8Parser.TryParse(text[..length], out value, out int used) || used != length)
        {
            return false;
        }
        text = text[length..];
        return true;
    }

    public static bool StartsFraction(ReadOnlySpan<byte> text) =>
        text is [(byte)'.' or (byte)',', >= (byte)'0' and <= (byte)'9', ..];

    /// <summary>Takes a separator and so many digits; those beyond nine are dropped.</summary>
    public static bool TryTakeFraction(ref ReadOnlySpan<byte> text, int digits, out int nanosecond)
    {
        nanosecond = 0;
        if (text[0] is not ((byte)'.' or (byte)',') || Count(text.Slice(1, digits)) != digits)
        {
            return false;
        }
        for (int i = 1; i <= NanosecondDigits; i++)
        {
            nanosecond = (nanosecond * 10) + (i <= digits ? text[i] - '0' : 0);
        }
        text = text[(digits + 1)..];
        return true;
    }

    /// <summary>How long the zone name at the start is, 0 when none is: three to five capitals, <c>GMT+3</c>, <c>-03</c>, <c>ChST</c>.</summary>
    public static int ZoneNameLength(ReadOnlySpan<byte> text)
    {
        if (text.Length < 3)
        {
            return 0;
        }
        if (text.StartsWith("ChST"u8) || text.StartsWith("MeST"u8))
        {
            return 4;
        }
        if (text.StartsWith("GMT"u8))
        {
            return 3 + SignedOffsetLength(text[3..]);
        }
        if (text[0] is (byte)'+' or (byte)'-')
        {
            return SignedOffsetLength(text);
        }
        int capitals = text.IndexOfAnyExceptInRange((byte)'A', (byte)'Z');
        capitals = capitals < 0 ? text.Length : capitals;
        return capitals switch
        {
            3 => 3,
            4 when text[3] == (byte)'T' || text.StartsWith("WITA"u8) => 4,
            5 when text[4] == (byte)'T' => 5,
            _ => 0,
        };
    }

    private static int SignedOffsetLength(ReadOnlySpan<byte> text)
    {
        if (text is not [(byte)'+' or (byte)'-', ..])
        {
            return 0;
        }
        int digits = Count(text[1..]);
        int hours = 0;
        for (int i = 1; i <= digits && hours <= 23; i++)
        {
            hours = (hours * 10) + text[i] - '0';
        }
        return digits == 0 || hours > 23 ? 0 : digits + 1;
    }
}
