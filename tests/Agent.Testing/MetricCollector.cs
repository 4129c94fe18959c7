using Agent.Telemetry;
using Agent.Telemetry.Metrics;

namespace Agent.Testing;

/// <summary>One sample, copied out of its batch.</summary>
public sealed record CollectedSample(MetricSeries Series, long Timestamp, double Value, long StartTimestamp = 0)
{
    public LabelSet Labels => Series.Labels;

    public bool IsStale => StaleMarker.Is(Value);
}

/// <summary>One native histogram, copied out of its batch.</summary>
public sealed record CollectedHistogram(MetricSeries Series, long Timestamp, HistogramHead Head, IReadOnlyList<long> PositiveDeltas)
{
    public LabelSet Labels => Series.Labels;
}

/// <summary>One exemplar, copied out of its batch.</summary>
public sealed record CollectedExemplar(MetricSeries Series, IReadOnlyList<byte> Labels, double Value, long Timestamp);

/// <summary>Keeps everything that it is handed; settles nothing by itself beyond what the producer does.</summary>
public sealed class MetricCollector : IMetricConsumer
{
    private readonly Lock _gate = new();
    private readonly List<CollectedSample> _samples = [];
    private readonly List<CollectedHistogram> _histograms = [];
    private readonly List<CollectedExemplar> _exemplars = [];
    private readonly List<MetricMetadata> _metadata = [];
    private readonly List<(int Count, TaskCompletionSource Reached)> _waiters = [];
    private int _batches;

    public int Batches => Volatile.Read(ref _batches);

    public IReadOnlyList<CollectedSample> Samples => Copy(_samples);

    public IReadOnlyList<CollectedHistogram> Histograms => Copy(_histograms);

    public IReadOnlyList<CollectedExemplar> Exemplars => Copy(_exemplars);

    public IReadOnlyList<MetricMetadata> Metadata => Copy(_metadata);

    public ValueTask ConsumeAsync(MetricBatch batch, CancellationToken stop)
    {
        lock (_gate)
        {
            _batches++;
            Take(batch);
            foreach ((int count, TaskCompletionSource reached) in _waiters)
            {
                if (_samples.Count >= count)
                {
                    reached.TrySetResult();
                }
            }
        }
        return ValueTask.CompletedTask;
    }

    /// <summary>Completes when at least <paramref name="count"/> samples have come; fails after <paramref name="limit"/> (default 30 s).</summary>
    public Task WaitForAsync(int count, TimeSpan? limit = null)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_samples.Count >= count)
            {
                return Task.CompletedTask;
            }
            _waiters.Add((count, reached));
        }
        return reached.Task.WaitAsync(limit ?? TimeSpan.FromSeconds(30));
    }

    private void Take(MetricBatch batch)
    {
        for (int i = 0; i < batch.Count; i++)
        {
            long start = batch.StartTimestamps.IsEmpty ? 0 : batch.StartTimestamps[i];
            _samples.Add(new CollectedSample(batch.Series[i], batch.Timestamps[i], batch.Values[i], start));
        }
        for (int i = 0; i < batch.Histograms.Length; i++)
        {
            HistogramView view = batch.HistogramAt(i);
            HistogramSample sample = batch.Histograms[i];
            _histograms.Add(new CollectedHistogram(sample.Series, sample.Timestamp, view.Head, view.PositiveDeltas.ToArray()));
        }
        foreach (MetricExemplar exemplar in batch.Exemplars)
        {
            _exemplars.Add(new CollectedExemplar(exemplar.Series, exemplar.Labels.ToArray(), exemplar.Value, exemplar.Timestamp));
        }
        _metadata.AddRange(batch.Metadata);
    }

    private List<T> Copy<T>(List<T> from)
    {
        lock (_gate)
        {
            return [.. from];
        }
    }
}
