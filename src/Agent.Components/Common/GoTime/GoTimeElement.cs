namespace Agent.Components.Common.GoTime;

internal enum GoTimeKind
{
    /// <summary>Only the text before it; ends a layout.</summary>
    End,
    LongMonth,
    Month,
    NumMonth,
    ZeroMonth,
    LongWeekday,
    Weekday,
    Day,
    UnderDay,
    ZeroDay,
    UnderYearDay,
    ZeroYearDay,
    Hour,
    Hour12,
    ZeroHour12,
    Minute,
    ZeroMinute,
    Second,
    ZeroSecond,
    LongYear,
    Year,
    UpperPm,
    LowerPm,
    ZoneName,
    Offset,
    FractionZeros,
    FractionNines,
}

/// <summary>One element of a layout and the literal text before it.</summary>
internal sealed record GoTimeElement(GoTimeKind Kind, byte[] Before, string Text)
{
    /// <summary>Digits of a fraction.</summary>
    public int Digits => Text.Length - 1;

    /// <summary>Whether an offset of zero is written <c>Z</c>.</summary>
    public bool AllowsZ => Text[0] == 'Z';

    public bool HasColons => Text.Contains(':', StringComparison.Ordinal);

    /// <summary>How many of hours, minutes, seconds an offset has.</summary>
    public int OffsetParts => HasColons ? Text.Length / 3 : (Text.Length - 1) / 2;
}
