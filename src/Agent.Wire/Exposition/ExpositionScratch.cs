using Agent.Telemetry.Metrics;

namespace Agent.Wire.Exposition;

/// <summary>Memory that readers borrow: keep one a scraper, give it to one reader at a time.</summary>
public sealed class ExpositionScratch : IDisposable
{
    /// <summary>Help without escapes.</summary>
    internal GrowableBuffer Text { get; } = new();

    /// <summary>The name of a series where the input has none to point at.</summary>
    internal GrowableBuffer Series { get; } = new();

    internal HistogramBuffer Histogram { get; } = new();

    internal ClassicHistogram Classic { get; } = new();

    public void Dispose()
    {
        Text.Release();
        Series.Release();
    }
}
