namespace Agent.Telemetry.Metrics;

/// <summary>A run of neighbouring buckets of a native histogram.</summary>
/// <param name="Offset">Buckets left out before the run; for the first run the index of its first bucket, which may be negative.</param>
/// <param name="Length">Buckets in the run.</param>
public readonly record struct BucketSpan(int Offset, uint Length);
