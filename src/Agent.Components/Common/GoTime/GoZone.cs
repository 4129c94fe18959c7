namespace Agent.Components.Common.GoTime;

/// <summary>What clocks of a place show at some time.</summary>
/// <param name="Name">Abbreviation, such as <c>CEST</c>.</param>
/// <param name="Offset">Seconds east of UTC.</param>
/// <param name="Daylight">Whether it is summer time.</param>
public readonly record struct GoZone(string Name, int Offset, bool Daylight);
