using Agent.Components.Common.GoTime;

namespace Agent.Components.Loki.SourceSyslog;

/// <summary>Years of timestamps. Entries carry nanoseconds in 64 bits, which reach from 1677 to 2262.</summary>
internal static class SyslogTime
{
    private const long NanosPerSecond = 1_000_000_000;
    private const long Oldest = long.MinValue / NanosPerSecond * NanosPerSecond;
    private const long Newest = long.MaxValue / NanosPerSecond * NanosPerSecond;

    /// <summary>The moment itself, or the end of what can be told where the year is beyond it.</summary>
    public static long Clamp(int year, long nanoseconds) => year switch
    {
        <= 1677 => Oldest,
        >= 2262 => Newest,
        _ => nanoseconds,
    };

    /// <summary>A moment of UTC; 29 February is 1 March where the year has none.</summary>
    public static long From(int year, int month, int day, (int SecondOfDay, int Nanosecond) time)
    {
        long seconds = (GoCalendar.UnixDays(year, month, day) * GoCalendar.SecondsPerDay) + time.SecondOfDay;
        return Clamp(year, unchecked((seconds * NanosPerSecond) + time.Nanosecond));
    }

    /// <summary>The year of a timestamp that has none: this one, but next to New Year the one that is closer.</summary>
    public static int YearOf(int month, DateTimeOffset now) => (month, now.Month) switch
    {
        (12, 1) => now.Year - 1,
        (1, 12) => now.Year + 1,
        _ => now.Year,
    };
}
