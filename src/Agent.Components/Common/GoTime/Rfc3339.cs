using System.Runtime.CompilerServices;

namespace Agent.Components.Common.GoTime;

/// <summary>Times of container logs and journals: <c>2024-05-06T07:08:09.123456789Z</c>, read digit by digit.</summary>
public static class Rfc3339
{
    private const int SecondsEnd = 19;

    /// <summary>Reads what <c>time.Parse(time.RFC3339Nano)</c> reads, as nanoseconds since 1970 UTC. Never allocates.</summary>
    public static bool TryParseNanoseconds(ReadOnlySpan<byte> utf8, out long nanoseconds)
    {
        if (TryParsePlain(utf8, out nanoseconds))
        {
            return true;
        }
        // Go also takes one-digit hours and a comma before the fraction.
        bool parsed = GoTimeLayout.Rfc3339Nano.TryParse(utf8, null, out GoTimeValue time);
        nanoseconds = time.UnixNanoseconds;
        return parsed;
    }

    private static bool TryParsePlain(ReadOnlySpan<byte> text, out long nanoseconds)
    {
        nanoseconds = 0;
        if (text.Length <= SecondsEnd || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':')
        {
            return false;
        }
        int century = Two(text, 0);
        int yearOfCentury = Two(text, 2);
        int month = Two(text, 5);
        int day = Two(text, 8);
        int hour = Two(text, 11);
        int minute = Two(text, 14);
        int second = Two(text, 17);
        if ((century | yearOfCentury | month | day | hour | minute | second) < 0
            || month is 0 or > 12 || day == 0 || hour > 23 || minute > 59 || second > 59)
        {
            return false;
        }
        int year = (century * 100) + yearOfCentury;
        int fraction = 0;
        int at = SecondsEnd;
        if (text[at] == '.')
        {
            int digits = 0;
            for (at++; at < text.Length && char.IsAsciiDigit((char)text[at]); at++, digits++)
            {
                fraction = digits < 9 ? (fraction * 10) + text[at] - '0' : fraction;
            }
            if (digits == 0)
            {
                return false;
            }
            for (; digits < 9; digits++)
            {
                fraction *= 10;
            }
        }
        if (day > GoCalendar.DaysIn(month, year) || !TryOffset(text[at..], out int offset))
        {
            return false;
        }
        long seconds = (GoCalendar.UnixDays(year, month, day) * GoCalendar.SecondsPerDay) + (hour * 3600) + (minute * 60) + second - offset;
        nanoseconds = unchecked((seconds * 1_000_000_000) + fraction);
        return true;
    }

    private static bool TryOffset(ReadOnlySpan<byte> text, out int offset)
    {
        offset = 0;
        if (text is [(byte)'Z'])
        {
            return true;
        }
        if (text is not [(byte)'+' or (byte)'-', _, _, (byte)':', _, _])
        {
            return false;
        }
        int hours = Two(text, 1);
        int minutes = Two(text, 4);
        offset = ((hours * 60) + minutes) * (text[0] == '-' ? -60 : 60);
        return (hours | minutes) >= 0 && hours <= 24 && minutes <= 60;
    }

    // Negative when either is no digit.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Two(ReadOnlySpan<byte> text, int at)
    {
        uint high = (uint)(text[at] - '0');
        uint low = (uint)(text[at + 1] - '0');
        return high > 9 || low > 9 ? int.MinValue : (int)((high * 10) + low);
    }
}
