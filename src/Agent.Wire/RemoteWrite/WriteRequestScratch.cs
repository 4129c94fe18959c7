using Agent.Telemetry.Metrics;

namespace Agent.Wire.RemoteWrite;

/// <summary>Memory that a reader of requests borrows: keep one a receiver, give it to one request at a time.</summary>
public sealed class WriteRequestScratch
{
    /// <summary>Where the symbols of version 2 are in the request.</summary>
    internal List<(int Start, int Length)> Symbols { get; } = [];

    internal HistogramBuffer Histogram { get; } = new();
}
