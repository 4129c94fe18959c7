using System.Text;

namespace Agent.Components.Common.GoTime;

/// <summary>Reads a text by the elements of a layout, then turns the fields into a moment.</summary>
internal ref struct GoTimeParser(ReadOnlySpan<byte> text)
{
    private ReadOnlySpan<byte> _rest = text;
    private ReadOnlySpan<byte> _zoneName;
    private int? _zoneOffset;
    private int _year;
    private int _month = -1;
    private int _day = -1;
    private int _yearDay = -1;
    private int _hour;
    private int _minute;
    private int _second;
    private int _nanosecond;
    private bool _utc;
    private bool _isPm;
    private bool _isAm;

    /// <summary>What was out of range, in Go's words; null when the text just did not fit.</summary>
    public string? Problem { get; private set; }

    /// <summary>The element that did not fit, and where.</summary>
    public string Wanted { get; private set; } = "";

    public ReadOnlySpan<byte> Rest { get; private set; }

    public bool TryParse(ReadOnlySpan<GoTimeElement> elements)
    {
        for (int i = 0; i < elements.Length; i++)
        {
            GoTimeElement element = elements[i];
            if (!TrySkip(element.Before))
            {
                Wanted = Encoding.UTF8.GetString(element.Before);
                return false;
            }
            if (element.Kind == GoTimeKind.End)
            {
                break;
            }
            Rest = _rest;
            Wanted = element.Text;
            GoTimeKind next = i + 1 < elements.Length && elements[i + 1].Before.Length == 0 ? elements[i + 1].Kind : GoTimeKind.End;
            if (!TryTake(element, next) || Problem is not null)
            {
                return false;
            }
        }
        if (!_rest.IsEmpty)
        {
            Problem = $"extra text: \"{Encoding.UTF8.GetString(_rest)}\"";
        }
        return _rest.IsEmpty;
    }

    public bool TryBuild(GoLocation location, out GoTimeValue time)
    {
        time = default;
        _hour = _isPm && _hour < 12 ? _hour + 12 : _isAm && _hour == 12 ? 0 : _hour;
        if (_yearDay >= 0 && !TryUseYearDay())
        {
            return false;
        }
        _month = _month < 0 ? 1 : _month;
        _day = _day < 0 ? 1 : _day;
        if (_day < 1 || _day > GoCalendar.DaysIn(_month, _year))
        {
            Problem = "day out of range";
            return false;
        }
        long local = (GoCalendar.UnixDays(_year, _month, _day) * GoCalendar.SecondsPerDay) + (_hour * 3600) + (_minute * 60) + _second;
        time = _utc ? new GoTimeValue(local, _nanosecond, 0, "UTC") : Place(location, local);
        return true;
    }

    private readonly GoTimeValue Place(GoLocation location, long local)
    {
        if (_zoneOffset is { } offset)
        {
            GoZone zone = location.At(local - offset);
            bool known = zone.Offset == offset && (_zoneName.IsEmpty || Ascii.Equals(_zoneName, zone.Name));
            return new GoTimeValue(local - offset, _nanosecond, offset, known ? zone.Name : Encoding.UTF8.GetString(_zoneName));
        }
        if (_zoneName.IsEmpty)
        {
            long unix = location.ToUnix(local);
            GoZone zone = location.At(unix);
            return new GoTimeValue(unix, _nanosecond, zone.Offset, zone.Name);
        }
        string name = Encoding.UTF8.GetString(_zoneName);
        if (location.TryOffsetOf(name, local, out int named))
        {
            GoZone zone = location.At(local - named);
            return new GoTimeValue(local - named, _nanosecond, zone.Offset, zone.Name);
        }
        // A name that is unknown here says nothing of the offset: the clock is taken for UTC, even with GMT+3 (as Go does).
        int shown = name.StartsWith("GMT", StringComparison.Ordinal) && int.TryParse(name.AsSpan(3), out int hours) ? hours * 3600 : 0;
        return new GoTimeValue(local, _nanosecond, shown, name);
    }

    private bool TryUseYearDay()
    {
        int yearDay = _yearDay;
        bool leapDay = GoCalendar.IsLeap(_year) && yearDay == 60;
        yearDay -= GoCalendar.IsLeap(_year) && yearDay > 60 ? 1 : 0;
        if (yearDay is < 1 or > 365)
        {
            Problem = "day-of-year out of range";
            return false;
        }
        int month = 1;
        while (GoCalendar.DaysBefore(month + 1) < yearDay)
        {
            month++;
        }
        (int monthFound, int day) = leapDay ? (2, 29) : (month, yearDay - GoCalendar.DaysBefore(month));
        if ((_month >= 0 && _month != monthFound) || (_day >= 0 && _day != day))
        {
            Problem = $"day-of-year does not match {(_month >= 0 && _month != monthFound ? "month" : "day")}";
            return false;
        }
        (_month, _day) = (monthFound, day);
        return true;
    }

    // Any number of spaces in the layout stands for any number in the text.
    private bool TrySkip(ReadOnlySpan<byte> literal)
    {
        Rest = _rest;
        while (!literal.IsEmpty)
        {
            if (literal[0] == (byte)' ')
            {
                if (!_rest.IsEmpty && _rest[0] != (byte)' ')
                {
                    Rest = _rest;
                    return false;
                }
                literal = literal.TrimStart((byte)' ');
                _rest = _rest.TrimStart((byte)' ');
            }
            else if (_rest.IsEmpty || _rest[0] != literal[0])
            {
                Rest = _rest;
                return false;
            }
            else
            {
                literal = literal[1..];
                _rest = _rest[1..];
            }
        }
        return true;
    }

    private bool TryTake(GoTimeElement element, GoTimeKind next)
    {
        switch (element.Kind)
        {
            case GoTimeKind.Year:
                return TryTakeYear();
            case GoTimeKind.LongYear:
                return _rest is [>= (byte)'0' and <= (byte)'9', _, _, _, ..] && GoTimeDigits.TryTakeSigned(ref _rest, 4, out _year);
            case GoTimeKind.Month or GoTimeKind.LongMonth:
                _month = GoTimeNames.Take(GoTimeNames.Months, element.Kind == GoTimeKind.LongMonth, ref _rest) + 1;
                return _month > 0;
            case GoTimeKind.NumMonth or GoTimeKind.ZeroMonth:
                return GoTimeDigits.TryTakeTwo(ref _rest, element.Kind == GoTimeKind.ZeroMonth, out _month) && InRange("month", _month, 1, 12);
            case GoTimeKind.Weekday or GoTimeKind.LongWeekday:
                return GoTimeNames.Take(GoTimeNames.Weekdays, element.Kind == GoTimeKind.LongWeekday, ref _rest) >= 0;
            case GoTimeKind.Day or GoTimeKind.ZeroDay or GoTimeKind.UnderDay:
                SkipPadding(element.Kind == GoTimeKind.UnderDay ? 1 : 0);
                return GoTimeDigits.TryTakeTwo(ref _rest, element.Kind == GoTimeKind.ZeroDay, out _day);
            case GoTimeKind.UnderYearDay or GoTimeKind.ZeroYearDay:
                SkipPadding(element.Kind == GoTimeKind.UnderYearDay ? 2 : 0);
                return GoTimeDigits.TryTakeThree(ref _rest, element.Kind == GoTimeKind.ZeroYearDay, out _yearDay);
            case GoTimeKind.Hour:
                return GoTimeDigits.TryTakeTwo(ref _rest, false, out _hour) && InRange("hour", _hour, 0, 23);
            case GoTimeKind.Hour12 or GoTimeKind.ZeroHour12:
                return GoTimeDigits.TryTakeTwo(ref _rest, element.Kind == GoTimeKind.ZeroHour12, out _hour) && InRange("hour", _hour, 0, 12);
            case GoTimeKind.Minute or GoTimeKind.ZeroMinute:
                return GoTimeDigits.TryTakeTwo(ref _rest, element.Kind == GoTimeKind.ZeroMinute, out _minute) && InRange("minute", _minute, 0, 59);
            case GoTimeKind.Second or GoTimeKind.ZeroSecond:
                return GoTimeDigits.TryTakeTwo(ref _rest, element.Kind == GoTimeKind.ZeroSecond, out _second)
                    && InRange("second", _second, 0, 59)
                    && TryTakeUnannouncedFraction(next);
            case GoTimeKind.UpperPm or GoTimeKind.LowerPm:
                return TryTakePm(element.Kind == GoTimeKind.UpperPm);
            case GoTimeKind.ZoneName:
                return TryTakeZoneName();
            case GoTimeKind.Offset:
                return TryTakeOffset(element);
            case GoTimeKind.FractionZeros:
                return _rest.Length > element.Digits && GoTimeDigits.TryTakeFraction(ref _rest, element.Digits, out _nanosecond);
            default:
                return !GoTimeDigits.StartsFraction(_rest)
                    || GoTimeDigits.TryTakeFraction(ref _rest, GoTimeDigits.Count(_rest[1..]), out _nanosecond);
        }
    }

    private bool InRange(string what, int value, int low, int high)
    {
        if (value < low || value > high)
        {
            Problem = what + " out of range";
            return false;
        }
        return true;
    }

    private void SkipPadding(int most)
    {
        for (; most > 0 && _rest is [(byte)' ', ..]; most--)
        {
            _rest = _rest[1..];
        }
    }

    private bool TryTakeYear()
    {
        if (!GoTimeDigits.TryTakeSigned(ref _rest, 2, out _year))
        {
            return false;
        }
        _year += _year >= 69 ? 1900 : 2000;
        return true;
    }

    // A text may give a fraction that the layout does not name.
    private bool TryTakeUnannouncedFraction(GoTimeKind next) =>
        next is GoTimeKind.FractionZeros or GoTimeKind.FractionNines
        || !GoTimeDigits.StartsFraction(_rest)
        || GoTimeDigits.TryTakeFraction(ref _rest, GoTimeDigits.Count(_rest[1..]), out _nanosecond);

    private bool TryTakePm(bool upper)
    {
        _isPm = _rest.StartsWith(upper ? "PM"u8 : "pm"u8);
        _isAm = _rest.StartsWith(upper ? "AM"u8 : "am"u8);
        _rest = _isPm || _isAm ? _rest[2..] : _rest;
        return _isPm || _isAm;
    }

    private bool TryTakeZoneName()
    {
        if (_rest.StartsWith("UTC"u8))
        {
            _utc = true;
            _rest = _rest[3..];
            return true;
        }
        int length = GoTimeDigits.ZoneNameLength(_rest);
        _zoneName = _rest[..length];
        _rest = _rest[length..];
        return length > 0;
    }

    private bool TryTakeOffset(GoTimeElement element)
    {
        if (element.AllowsZ && _rest is [(byte)'Z', ..])
        {
            _utc = true;
            _rest = _rest[1..];
            return true;
        }
        if (_rest.Length < element.Text.Length || _rest[0] is not ((byte)'+' or (byte)'-'))
        {
            return false;
        }
        int sign = _rest[0] == (byte)'-' ? -1 : 1;
        ReadOnlySpan<byte> digits = _rest[1..element.Text.Length];
        int seconds = 0;
        int unit = 3600;
        for (int part = 0; part < element.OffsetParts; part++, unit /= 60)
        {
            if (part > 0 && element.HasColons)
            {
                if (digits[0] != (byte)':')
                {
                    return false;
                }
                digits = digits[1..];
            }
            if (!GoTimeDigits.TryTakeTwo(ref digits, true, out int value))
            {
                return false;
            }
            // 24 hours and 60 minutes are let through, as people write them.
            string name = part switch { 0 => "time zone offset hour", 1 => "time zone offset minute", _ => "time zone offset second" };
            if (!InRange(name, value, 0, part == 0 ? 24 : 60))
            {
                return false;
            }
            seconds += value * unit;
        }
        _zoneOffset = sign * seconds;
        _rest = _rest[element.Text.Length..];
        return true;
    }
}
