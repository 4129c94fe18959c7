using System.Text;
using Agent.Telemetry;
using Agent.Telemetry.Metrics;

namespace Agent.Components.Tests.Prometheus.Scrape;

/// <summary>One sample as text, copied out of its batch.</summary>
public sealed record CollectedSample(string Name, LabelSet Labels, long Timestamp, double Value, long Start, MetricMetadata? Metadata)
{
    public bool IsStale => StaleMarker.Is(Value);
}

/// <summary>What one batch held.</summary>
public sealed record CollectedBatch(
    IReadOnlyList<CollectedSample> Samples,
    IReadOnlyList<(string Series, string Labels, double Value, long Timestamp)> Exemplars,
    IReadOnlyList<(string Series, HistogramHead Head, int Buckets, long Timestamp)> Histograms,
    IReadOnlyList<MetricMetadata> Metadata)
{
    public CollectedSample Of(string name) => Samples.Single(sample => sample.Name == name);

    public bool Has(string name) => Samples.Any(sample => sample.Name == name);

    public bool IsUp => Of("up").Value == 1;

    /// <summary>Samples other than the scraper's own.</summary>
    public IEnumerable<CollectedSample> Scraped => Samples.Where(static s => s.Name != "up" && !s.Name.StartsWith("scrape_", StringComparison.Ordinal));
}

/// <summary>Keeps everything that it is handed.</summary>
public sealed class SampleCollector : IMetricConsumer
{
    private readonly Lock _gate = new();
    private readonly List<CollectedBatch> _batches = [];

    /// <summary>Completes before a batch is taken: a consumer that is slow.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    public IReadOnlyList<CollectedBatch> Batches
    {
        get
        {
            lock (_gate)
            {
                return [.. _batches];
            }
        }
    }

    public async ValueTask ConsumeAsync(MetricBatch batch, CancellationToken stop)
    {
        await Gate.WaitAsync(stop);
        CollectedBatch copy = Copy(batch);
        lock (_gate)
        {
            _batches.Add(copy);
        }
    }

    private static CollectedBatch Copy(MetricBatch batch)
    {
        var samples = new List<CollectedSample>();
        for (int i = 0; i < batch.Count; i++)
        {
            LabelSet labels = batch.Series[i].Labels;
            long start = batch.StartTimestamps.IsEmpty ? 0 : batch.StartTimestamps[i];
            samples.Add(new(labels["__name__"], labels.Without("__name__"), batch.Timestamps[i], batch.Values[i], start, batch.Series[i].Metadata));
        }
        var exemplars = new List<(string, string, double, long)>();
        foreach (MetricExemplar exemplar in batch.Exemplars)
        {
            exemplars.Add((exemplar.Series.ToString(), Text(exemplar.Labels.Span), exemplar.Value, exemplar.Timestamp));
        }
        var histograms = new List<(string, HistogramHead, int, long)>();
        for (int i = 0; i < batch.Histograms.Length; i++)
        {
            HistogramView view = batch.HistogramAt(i);
            histograms.Add((batch.Histograms[i].Series.ToString(), view.Head, view.PositiveDeltas.Length + view.PositiveCounts.Length, batch.Histograms[i].Timestamp));
        }
        return new CollectedBatch(samples, exemplars, histograms, batch.Metadata.ToArray());
    }

    private static string Text(ReadOnlySpan<byte> block)
    {
        var text = new StringBuilder();
        LabelBlock.Enumerator label = LabelBlock.Read(block);
        while (label.MoveNext())
        {
            text.Append(Encoding.UTF8.GetString(label.Name)).Append('=').Append(Encoding.UTF8.GetString(label.Value)).Append(';');
        }
        return text.ToString();
    }
}
