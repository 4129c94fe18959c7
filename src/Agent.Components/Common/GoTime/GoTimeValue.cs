namespace Agent.Components.Common.GoTime;

/// <summary>A moment as Go's time.Time holds it: any year, nanoseconds, and the zone it is shown in.</summary>
/// <param name="UnixSeconds">Whole seconds since 1970 UTC; negative before.</param>
/// <param name="Nanosecond">0 to 999,999,999, always counted forward.</param>
/// <param name="Offset">Seconds east of UTC.</param>
/// <param name="Zone">Abbreviation of the zone; may be empty.</param>
public readonly record struct GoTimeValue(long UnixSeconds, int Nanosecond, int Offset, string Zone)
{
    /// <summary>Wraps around outside the years 1678 to 2262, as Go's UnixNano does.</summary>
    public long UnixNanoseconds => unchecked((UnixSeconds * 1_000_000_000) + Nanosecond);

    /// <summary>0 where the layout names no year.</summary>
    public int Year => GoCalendar.Civil(UnixSeconds + Offset).Year;

    public static GoTimeValue FromUnixNanoseconds(long nanoseconds, GoLocation? location = null)
    {
        long seconds = Math.DivRem(nanoseconds, 1_000_000_000, out long rest);
        (seconds, rest) = rest < 0 ? (seconds - 1, rest + 1_000_000_000) : (seconds, rest);
        GoZone zone = (location ?? GoLocation.Utc).At(seconds);
        return new GoTimeValue(seconds, (int)rest, zone.Offset, zone.Name);
    }
}
