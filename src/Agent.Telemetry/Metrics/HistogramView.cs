namespace Agent.Telemetry.Metrics;

/// <summary>A native histogram to look at. It lives as long as the batch or the buffer it was taken from is not changed.</summary>
public readonly ref struct HistogramView
{
    public HistogramHead Head { get; init; }

    public ReadOnlySpan<BucketSpan> PositiveSpans { get; init; }

    public ReadOnlySpan<BucketSpan> NegativeSpans { get; init; }

    /// <summary>Differences from bucket to bucket, the first to zero. Empty where <see cref="HistogramHead.IsFloat"/> is set.</summary>
    public ReadOnlySpan<long> PositiveDeltas { get; init; }

    public ReadOnlySpan<long> NegativeDeltas { get; init; }

    /// <summary>Absolute counts of buckets. Empty unless <see cref="HistogramHead.IsFloat"/> is set.</summary>
    public ReadOnlySpan<double> PositiveCounts { get; init; }

    public ReadOnlySpan<double> NegativeCounts { get; init; }

    /// <summary>Upper bounds under <see cref="HistogramHead.CustomBuckets"/>, rising, without the last one, which is +Inf.</summary>
    public ReadOnlySpan<double> CustomValues { get; init; }
}
