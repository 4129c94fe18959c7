using Agent.Telemetry.Metrics;
using Agent.Wire.Exposition;

namespace Agent.Components.Prometheus.Scrape;

/// <summary>Memory that a scrape needs from the answer on, until what it brought is handed on.</summary>
internal sealed class ScrapeWorkspace : IDisposable
{
    /// <summary>Samples of a batch whose columns are not worth keeping: a target of that size is rare.</summary>
    private const int LargeBatch = 100_000;

    private int _largest;

    public MetricBatch Batch { get; private set; } = new();

    public ExpositionScratch Scratch { get; } = new();

    public ClassicHistogramScratch Histograms { get; } = new();

    public HistogramResolution Resolution { get; } = new();

    public SeriesLabels Labels { get; } = new();

    public ExemplarBuffer Exemplar { get; } = new();

    public SeriesMaker Maker { get; } = new();

    public List<MetricSeries> Gone { get; } = [];

    /// <summary>Makes ready for the next scrape.</summary>
    public void Clear()
    {
        _largest = Math.Max(_largest, Batch.Count);
        Gone.Clear();
        if (_largest > LargeBatch)
        {
            Batch.Dispose();
            Batch = new MetricBatch();
            Gone.TrimExcess();
            _largest = 0;
        }
        Batch.Clear();
    }

    public void Dispose()
    {
        Batch.Dispose();
        Scratch.Dispose();
        Histograms.Dispose();
        Labels.Dispose();
        Exemplar.Dispose();
        Maker.Dispose();
    }
}
