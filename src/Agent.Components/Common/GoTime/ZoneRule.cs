using System.Globalization;

namespace Agent.Components.Common.GoTime;

/// <summary>The rule for years after the last recorded transition: <c>CET-1CEST,M3.5.0,M10.5.0/3</c> (POSIX TZ).</summary>
internal sealed class ZoneRule
{
    private const int DefaultChange = 7200;

    private readonly GoZone _standard;
    private readonly GoZone? _summer;
    private readonly Change _start;
    private readonly Change _end;

    private ZoneRule(GoZone standard, GoZone? summer, Change start, Change end)
    {
        _standard = standard;
        _summer = summer;
        _start = start;
        _end = end;
    }

    /// <summary>Null when the text is empty or no such rule.</summary>
    public static ZoneRule? Parse(string text)
    {
        ReadOnlySpan<char> rest = text;
        if (!TryName(ref rest, out string standardName) || !TrySeconds(ref rest, out int west))
        {
            return null;
        }
        var standard = new GoZone(standardName, -west, false);
        if (rest.IsEmpty)
        {
            return new ZoneRule(standard, null, default, default);
        }
        if (!TryName(ref rest, out string summerName))
        {
            return null;
        }
        int summerOffset = standard.Offset + 3600;
        if (rest is not [',', ..])
        {
            if (!TrySeconds(ref rest, out int summerWest))
            {
                return null;
            }
            summerOffset = -summerWest;
        }
        return TryChange(ref rest, out Change start) && TryChange(ref rest, out Change end) && rest.IsEmpty
            ? new ZoneRule(standard, new GoZone(summerName, summerOffset, true), start, end)
            : null;
    }

    public GoZone At(long unixSeconds)
    {
        if (_summer is not { } summer)
        {
            return _standard;
        }
        int year = GoCalendar.Civil(unixSeconds + _standard.Offset).Year;
        long yearStart = GoCalendar.UnixDays(year, 1, 1) * GoCalendar.SecondsPerDay;
        long start = yearStart + _start.SecondOfYear(year) - _standard.Offset;
        long end = yearStart + _end.SecondOfYear(year) - summer.Offset;
        // South of the equator summer spans the new year.
        bool inSummer = start <= end ? unixSeconds >= start && unixSeconds < end : unixSeconds >= start || unixSeconds < end;
        return inSummer ? summer : _standard;
    }

    private static bool TryName(ref ReadOnlySpan<char> rest, out string name)
    {
        bool quoted = rest is ['<', ..];
        int length = quoted ? rest.IndexOf('>') : 0;
        while (!quoted && length < rest.Length && char.IsAsciiLetter(rest[length]))
        {
            length++;
        }
        name = length <= 0 ? "" : rest[(quoted ? 1 : 0)..length].ToString();
        rest = length <= 0 ? rest : rest[(length + (quoted ? 1 : 0))..];
        return name.Length >= 3;
    }

    // [+-]hh[:mm[:ss]]
    private static bool TrySeconds(ref ReadOnlySpan<char> rest, out int seconds)
    {
        bool negative = rest is ['-', ..];
        rest = rest is ['-' or '+', ..] ? rest[1..] : rest;
        int unit = 3600;
        bool valid = TryNumber(ref rest, out int part);
        seconds = part * unit;
        while (valid && unit > 1 && rest is [':', ..])
        {
            rest = rest[1..];
            unit /= 60;
            valid = TryNumber(ref rest, out part);
            seconds += part * unit;
        }
        seconds = negative ? -seconds : seconds;
        return valid;
    }

    private static bool TryChange(ref ReadOnlySpan<char> rest, out Change change)
    {
        change = default;
        if (rest is not [',', .. var text])
        {
            return false;
        }
        char kind = text is ['M' or 'J', ..] ? text[0] : 'n';
        text = kind == 'n' ? text : text[1..];
        bool valid = TryNumber(ref text, out int first);
        int week = 0;
        int day = 0;
        if (valid && kind == 'M')
        {
            valid = TryDotNumber(ref text, out week) && TryDotNumber(ref text, out day)
                && first is >= 1 and <= 12 && week is >= 1 and <= 5 && day <= 6;
        }
        int time = DefaultChange;
        if (valid && text is ['/', ..])
        {
            text = text[1..];
            valid = TrySeconds(ref text, out time);
        }
        rest = text;
        change = new Change(kind, first, (week, day), time);
        return valid;
    }

    private static bool TryDotNumber(ref ReadOnlySpan<char> rest, out int value)
    {
        value = 0;
        if (rest is not ['.', ..])
        {
            return false;
        }
        rest = rest[1..];
        return TryNumber(ref rest, out value);
    }

    private static bool TryNumber(ref ReadOnlySpan<char> rest, out int value)
    {
        int length = rest.IndexOfAnyExceptInRange('0', '9');
        length = length < 0 ? rest.Length : length;
        bool valid = int.TryParse(rest[..length], NumberStyles.None, CultureInfo.InvariantCulture, out value);
        rest = rest[length..];
        return valid;
    }

    /// <summary>When clocks change: <c>M</c> month.week.weekday, <c>J</c> day of year without 29 February, <c>n</c> day of year from 0.</summary>
    private readonly record struct Change(char Kind, int First, (int Week, int Day) Weekday, int Time)
    {
        public long SecondOfYear(int year)
        {
            int day = First;
            if (Kind == 'J')
            {
                day = First - 1 + (GoCalendar.IsLeap(year) && First >= 60 ? 1 : 0);
            }
            else if (Kind == 'M')
            {
                long monthStart = GoCalendar.UnixDays(year, First, 1);
                int firstWeekday = (int)((((monthStart + 4) % 7) + 7) % 7);
                int offset = ((Weekday.Day - firstWeekday + 7) % 7) + ((Weekday.Week - 1) * 7);
                // Week 5 is the last one, whichever that is.
                offset -= offset >= GoCalendar.DaysIn(First, year) ? 7 : 0;
                day = (int)(monthStart - GoCalendar.UnixDays(year, 1, 1)) + offset;
            }
            return ((long)day * GoCalendar.SecondsPerDay) + Time;
        }
    }
}
