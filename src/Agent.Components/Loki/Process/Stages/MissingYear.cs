using Agent.Components.Common.GoTime;

namespace Agent.Components.Loki.Process.Stages;

/// <summary>Puts a year to times that are written without one: the year that is closest to now around New Year's Eve.</summary>
internal static class MissingYear
{
    private const long SecondsPerDay = 86_400;
    private const long NanosPerSecond = 1_000_000_000;

    /// <summary>Days from 0000-01-01 to 1970-01-01; the year 0 is a leap year.</summary>
    private const long DaysToEpoch = 719_528;

    public static long Add(GoTimeValue parsed, DateTime now)
    {
        long local = parsed.UnixSeconds + parsed.Offset + (DaysToEpoch * SecondsPerDay);
        long dayOfYear = local / SecondsPerDay;
        long timeOfDay = local % SecondsPerDay;

        // The year 4 is a leap year too, and one that DateTime knows.
        DateTime date = new DateTime(4, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddDays(dayOfYear);
        int year = (date.Month, now.Month) switch
        {
            (12, 1) => now.Year - 1,
            (1, 12) => now.Year + 1,
            _ => now.Year,
        };

        // 29 February of a year without one is 1 March, as with Go's AddDate.
        var day = new DateTime(year, date.Month, 1, 0, 0, 0, DateTimeKind.Utc);
        long seconds = (long)(day.AddDays(date.Day - 1) - DateTime.UnixEpoch).TotalSeconds + timeOfDay - parsed.Offset;
        return unchecked((seconds * NanosPerSecond) + parsed.Nanosecond);
    }
}
