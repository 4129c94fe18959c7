namespace Agent.Telemetry.Metrics;

/// <summary>The part of a native histogram that has a fixed size.</summary>
public readonly record struct HistogramHead
{
    /// <summary>Schema of histograms with bounds of their own, made of classic ones.</summary>
    public const int CustomBuckets = -53;

    /// <summary>Counts are floating point and absolute; else they are whole, and each bucket holds the difference to the one before.</summary>
    public bool IsFloat { get; init; }

    public CounterReset CounterReset { get; init; }

    /// <summary>Resolution: each power of two is cut into 2^schema buckets, from -4 to 8; or <see cref="CustomBuckets"/>.</summary>
    public int Schema { get; init; }

    /// <summary>Observations, where counts are whole.</summary>
    public ulong Count { get; init; }

    /// <summary>Observations, where counts are floating point.</summary>
    public double CountFloat { get; init; }

    /// <summary>A stale marker here ends the series, as in a sample.</summary>
    public double Sum { get; init; }

    /// <summary>Half the width of the bucket around zero.</summary>
    public double ZeroThreshold { get; init; }

    public ulong ZeroCount { get; init; }

    public double ZeroCountFloat { get; init; }

    public bool IsStale => StaleMarker.Is(Sum);
}
