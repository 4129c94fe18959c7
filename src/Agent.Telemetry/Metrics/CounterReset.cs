namespace Agent.Telemetry.Metrics;

/// <summary>What is known of a counter reset before a native histogram. The numbers are those of remote write.</summary>
public enum CounterReset
{
    /// <summary>A reader must compare with the histogram before.</summary>
    Unknown = 0,
    Yes = 1,
    No = 2,

    /// <summary>A gauge histogram, which has no resets.</summary>
    Gauge = 3,
}
