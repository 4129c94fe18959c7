using Agent.Components.Common.GoTime;

namespace Agent.Components.Common.GoTemplate.Values;

/// <summary>A time and the place whose clocks show it.</summary>
internal sealed record GoInstant(GoTimeValue Time, GoLocation Location)
{
    private const int NanosecondsPerSecond = 1_000_000_000;

    /// <summary>Go's zero time: 1 January of the year 1.</summary>
    public static GoInstant Zero { get; } = new(new GoTimeValue(-62_135_596_800, 0, 0, "UTC"), GoLocation.Utc);

    public CivilTime Civil => GoCalendar.Civil(Time.UnixSeconds + Time.Offset);

    public static GoInstant At(long seconds, long nanoseconds, GoLocation location)
    {
        long carry = (nanoseconds / NanosecondsPerSecond) - (nanoseconds % NanosecondsPerSecond < 0 ? 1 : 0);
        seconds = unchecked(seconds + carry);
        GoZone zone = location.At(seconds);
        return new GoInstant(new GoTimeValue(seconds, (int)(nanoseconds - (carry * NanosecondsPerSecond)), zone.Offset, zone.Name), location);
    }

    public GoInstant Add(long nanoseconds) =>
        At(unchecked(Time.UnixSeconds + (nanoseconds / NanosecondsPerSecond)), Time.Nanosecond + (nanoseconds % NanosecondsPerSecond), Location);

    public GoInstant In(GoLocation location) => At(Time.UnixSeconds, Time.Nanosecond, location);

    /// <summary>Nanoseconds from another time to this one, within what a duration can hold.</summary>
    public long Since(GoInstant other)
    {
        Int128 difference = ((Int128)(Time.UnixSeconds - other.Time.UnixSeconds) * NanosecondsPerSecond) + Time.Nanosecond - other.Time.Nanosecond;
        return (long)Int128.Clamp(difference, long.MinValue, long.MaxValue);
    }

    public string Format(string layout) => new GoTimeLayout(layout).Format(Time);

    public override string ToString() => Format("2006-01-02 15:04:05.999999999 -0700 MST");
}
