namespace Agent.Wire.RemoteWrite;

/// <summary>When a histogram was taken, and when its counting began (0 where unknown), in milliseconds since the Unix epoch.</summary>
public readonly record struct HistogramTimes(long Timestamp, long StartTimestamp);
