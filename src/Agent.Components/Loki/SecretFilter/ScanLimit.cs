namespace Agent.Components.Loki.SecretFilter;

/// <summary>Until when one line may be searched.</summary>
internal readonly struct ScanLimit(TimeProvider time, TimeSpan limit)
{
    private readonly long _start = limit > TimeSpan.Zero ? time.GetTimestamp() : 0;

    public bool IsOver => limit > TimeSpan.Zero && time.GetElapsedTime(_start) >= limit;
}
