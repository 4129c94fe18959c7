using System.Text;

namespace Agent.Components.Common.GoTime;

/// <summary>Writes one element of a layout.</summary>
internal static class GoTimeWriter
{
    public static void Append(StringBuilder text, GoTimeElement element, in CivilTime civil, in GoTimeValue time)
    {
        int hour = civil.SecondOfDay / 3600;
        int hour12 = hour % 12 == 0 ? 12 : hour % 12;
        int minute = civil.SecondOfDay / 60 % 60;
        int second = civil.SecondOfDay % 60;
        _ = element.Kind switch
        {
            GoTimeKind.LongMonth => text.Append(GoTimeNames.Months[civil.Month - 1]),
            GoTimeKind.Month => text.Append(GoTimeNames.Months[civil.Month - 1], 0, 3),
            GoTimeKind.NumMonth => text.Append(civil.Month),
            GoTimeKind.ZeroMonth => text.Append(civil.Month.ToString("D2")),
            GoTimeKind.LongWeekday => text.Append(GoTimeNames.Weekdays[civil.DayOfWeek]),
            GoTimeKind.Weekday => text.Append(GoTimeNames.Weekdays[civil.DayOfWeek], 0, 3),
            GoTimeKind.Day => text.Append(civil.Day),
            GoTimeKind.UnderDay => text.Append(civil.Day.ToString().PadLeft(2)),
            GoTimeKind.ZeroDay => text.Append(civil.Day.ToString("D2")),
            GoTimeKind.UnderYearDay => text.Append(civil.DayOfYear.ToString().PadLeft(3)),
            GoTimeKind.ZeroYearDay => text.Append(civil.DayOfYear.ToString("D3")),
            GoTimeKind.Hour => text.Append(hour.ToString("D2")),
            GoTimeKind.Hour12 => text.Append(hour12),
            GoTimeKind.ZeroHour12 => text.Append(hour12.ToString("D2")),
            GoTimeKind.Minute => text.Append(minute),
            GoTimeKind.ZeroMinute => text.Append(minute.ToString("D2")),
            GoTimeKind.Second => text.Append(second),
            GoTimeKind.ZeroSecond => text.Append(second.ToString("D2")),
            GoTimeKind.LongYear => text.Append(civil.Year.ToString("D4")),
            GoTimeKind.Year => text.Append((Math.Abs(civil.Year) % 100).ToString("D2")),
            GoTimeKind.UpperPm => text.Append(hour >= 12 ? "PM" : "AM"),
            GoTimeKind.LowerPm => text.Append(hour >= 12 ? "pm" : "am"),
            GoTimeKind.ZoneName => time.Zone.Length > 0 ? text.Append(time.Zone) : AppendOffset(text, time.Offset, 2, ""),
            GoTimeKind.Offset => element.AllowsZ && time.Offset == 0
                ? text.Append('Z')
                : AppendOffset(text, time.Offset, element.OffsetParts, element.HasColons ? ":" : ""),
            GoTimeKind.FractionZeros or GoTimeKind.FractionNines => AppendFraction(text, element, time.Nanosecond),
            _ => text,
        };
    }

    private static StringBuilder AppendOffset(StringBuilder text, int offset, int parts, string separator)
    {
        int seconds = Math.Abs(offset);
        text.Append(offset < 0 ? '-' : '+').Append((seconds / 3600).ToString("D2"));
        if (parts > 1)
        {
            text.Append(separator).Append((seconds / 60 % 60).ToString("D2"));
        }
        return parts > 2 ? text.Append(separator).Append((seconds % 60).ToString("D2")) : text;
    }

    private static StringBuilder AppendFraction(StringBuilder text, GoTimeElement element, int nanosecond)
    {
        string digits = nanosecond.ToString("D9").PadRight(Math.Max(9, element.Digits), '0')[..element.Digits];
        digits = element.Kind == GoTimeKind.FractionNines ? digits.TrimEnd('0') : digits;
        return digits.Length > 0 ? text.Append(element.Text[0]).Append(digits) : text;
    }
}
