namespace Agent.Components.Common.GoTime;

internal readonly record struct CivilTime(int Year, int Month, int Day, int SecondOfDay, int DayOfWeek, int DayOfYear);

/// <summary>The proleptic Gregorian calendar with a year 0, which .NET's DateTime lacks.</summary>
internal static class GoCalendar
{
    public const int SecondsPerDay = 86400;

    // 400 years repeat; counting from 1 March puts the leap day last.
    private const int DaysPerEra = 146097;
    private const int DaysFromEraToUnix = 719468;

    private static ReadOnlySpan<short> BeforeMonth => [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365];

    public static bool IsLeap(int year) => year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

    public static int DaysIn(int month, int year) =>
        month == 2 && IsLeap(year) ? 29 : BeforeMonth[month] - BeforeMonth[month - 1];

    /// <summary>Days of a common year before the 1-based month; 13 gives the whole year.</summary>
    public static int DaysBefore(int month) => BeforeMonth[month - 1];

    public static long UnixDays(int year, int month, int day)
    {
        long shifted = month <= 2 ? year - 1L : year;
        long era = FloorDiv(shifted, 400);
        long yearOfEra = shifted - (era * 400);
        long dayOfYear = (((153 * ((month + 9) % 12)) + 2) / 5) + day - 1;
        long dayOfEra = (yearOfEra * 365) + (yearOfEra / 4) - (yearOfEra / 100) + dayOfYear;
        return (era * DaysPerEra) + dayOfEra - DaysFromEraToUnix;
    }

    public static CivilTime Civil(long seconds)
    {
        long days = FloorDiv(seconds, SecondsPerDay);
        int secondOfDay = (int)(seconds - (days * SecondsPerDay));
        long shifted = days + DaysFromEraToUnix;
        long era = FloorDiv(shifted, DaysPerEra);
        long dayOfEra = shifted - (era * DaysPerEra);
        long yearOfEra = (dayOfEra - (dayOfEra / 1460) + (dayOfEra / 36524) - (dayOfEra / 146096)) / 365;
        int fromMarch = (int)(dayOfEra - ((365 * yearOfEra) + (yearOfEra / 4) - (yearOfEra / 100)));
        int shiftedMonth = ((5 * fromMarch) + 2) / 153;
        int day = fromMarch - (((153 * shiftedMonth) + 2) / 5) + 1;
        int month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
        int year = (int)(yearOfEra + (era * 400)) + (month <= 2 ? 1 : 0);
        int dayOfYear = DaysBefore(month) + day + (month > 2 && IsLeap(year) ? 1 : 0);
        // 1 January 1970 was a Thursday.
        int dayOfWeek = (int)((((days + 4) % 7) + 7) % 7);
        return new CivilTime(year, month, day, secondOfDay, dayOfWeek, dayOfYear);
    }

    private static long FloorDiv(long value, long by) => (value / by) - (value % by < 0 ? 1 : 0);
}
