namespace Agent.Components.Loki.Process;

/// <summary>Reads <c>2006-01-02T15:04:05.999999999Z07:00</c> as Go's time.Parse does, without its detour over layouts.</summary>
/// <remarks>
/// The fraction may have any number of digits, of which nine count, and may start with a comma; the hour may have one digit; an offset
/// may be 24 hours. Nanoseconds beyond the years 1678 to 2262 wrap around.
/// </remarks>
internal static class Rfc3339
{
    private const long NanosPerSecond = 1_000_000_000;

    public static bool TryParse(ReadOnlySpan<byte> text, out long nanos)
    {
        nanos = 0;
        if (text.Length < 19
            || !TryTwo(text, 0, out int century) || !TryTwo(text, 2, out int year) || text[4] != '-'
            || !TryTwo(text, 5, out int month) || text[7] != '-'
            || !TryTwo(text, 8, out int day) || text[10] != 'T')
        {
            return false;
        }
        year += century * 100;
        ReadOnlySpan<byte> rest = text[11..];
        if (!TryHour(ref rest, out int hour) || rest.Length < 7 || rest[0] != ':' || !TryTwo(rest, 1, out int minute)
            || rest[3] != ':' || !TryTwo(rest, 4, out int second))
        {
            return false;
        }
        rest = rest[6..];
        if (month is < 1 or > 12 || day < 1 || day > DaysIn(year, month) || hour > 23 || minute > 59 || second > 59)
        {
            return false;
        }
        long fraction = Fraction(ref rest);
        if (!TryOffset(rest, out int offset))
        {
            return false;
        }
        long seconds = (DaysSinceEpoch(year, month, day) * 86400) + (hour * 3600) + (minute * 60) + second - offset;
        nanos = unchecked((seconds * NanosPerSecond) + fraction);
        return true;
    }

    private static bool TryTwo(ReadOnlySpan<byte> text, int at, out int value)
    {
        int tens = text[at] - '0';
        int ones = text[at + 1] - '0';
        value = (tens * 10) + ones;
        return (uint)tens <= 9 && (uint)ones <= 9;
    }

    private static bool TryHour(ref ReadOnlySpan<byte> rest, out int hour)
    {
        if (TryTwo(rest, 0, out hour))
        {
            rest = rest[2..];
            return true;
        }
        hour = rest[0] - '0';
        rest = rest[1..];
        return (uint)hour <= 9;
    }

    private static long Fraction(ref ReadOnlySpan<byte> rest)
    {
        if (rest.Length < 2 || rest[0] is not ((byte)'.' or (byte)',') || !char.IsAsciiDigit((char)rest[1]))
        {
            return 0;
        }
        long fraction = 0;
        long scale = NanosPerSecond;
        int at = 1;
        for (; at < rest.Length && char.IsAsciiDigit((char)rest[at]); at++)
        {
            if (scale > 1)
            {
                scale /= 10;
                fraction += (rest[at] - '0') * scale;
            }
        }
        rest = rest[at..];
        return fraction;
    }

    private static bool TryOffset(ReadOnlySpan<byte> rest, out int seconds)
    {
        seconds = 0;
        if (rest is [(byte)'Z'])
        {
            return true;
        }
        if (rest is not [(byte)'+' or (byte)'-', _, _, (byte)':', _, _]
            || !TryTwo(rest, 1, out int hours) || !TryTwo(rest, 4, out int minutes) || hours > 24 || minutes > 60)
        {
            return false;
        }
        seconds = ((hours * 3600) + (minutes * 60)) * (rest[0] == '-' ? -1 : 1);
        return true;
    }

    private static int DaysIn(int year, int month) => month switch
    {
        2 => IsLeap(year) ? 29 : 28,
        4 or 6 or 9 or 11 => 30,
        _ => 31,
    };

    // The year 0 exists here, which DateTime refuses.
    private static bool IsLeap(int year) => year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

    // Days from 1970-01-01 in the proleptic Gregorian calendar; years start in March, so that the leap day comes last.
    private static long DaysSinceEpoch(int year, int month, int day)
    {
        int y = month <= 2 ? year - 1 : year;
        int era = (y >= 0 ? y : y - 399) / 400;
        int yearOfEra = y - (era * 400);
        int dayOfYear = (((153 * (month > 2 ? month - 3 : month + 9)) + 2) / 5) + day - 1;
        int dayOfEra = (yearOfEra * 365) + (yearOfEra / 4) - (yearOfEra / 100) + dayOfYear;
        return (era * 146097L) + dayOfEra - 719468;
    }
}
