using Agent.Telemetry.Metrics;

namespace Agent.Components.Common.Metrics;

/// <summary>Forwards batches with other series in them: the batch itself where nothing changes, else one of its own.</summary>
/// <remarks>Safe for producers that come at once. In steady state it allocates nothing.</remarks>
internal sealed class SeriesRewriter(MetricForwarding forwarding) : IDisposable
{
    private readonly MetricBatchPool _batches = new();

    public ValueTask ForwardAsync<TMap>(MetricBatch batch, TMap map, IMetricConsumer next, CancellationToken stop)
        where TMap : struct, ISeriesMap
    {
        MetricBatch? changed = Rewrite(batch, ref map);
        if (changed is null)
        {
            return forwarding.SendAsync(next, batch, stop);
        }
        ValueTask sent;
        try
        {
            sent = forwarding.SendAsync(next, changed, stop);
        }
        catch
        {
            _batches.Return(changed);
            throw;
        }
        return _batches.ReturnAfter(sent, changed);
    }

    public void Dispose() => _batches.Dispose();

    /// <summary>Null where everything stays as it is.</summary>
    private MetricBatch? Rewrite<TMap>(MetricBatch batch, ref TMap map)
        where TMap : struct, ISeriesMap
    {
        MetricBatch? changed = null;
        Samples(batch, ref map, ref changed);
        Histograms(batch, ref map, ref changed);
        Exemplars(batch, ref map, ref changed);
        for (int i = 0; i < batch.Metadata.Length; i++)
        {
            MetricMetadata metadata = batch.Metadata[i];
            MetricMetadata mapped = map.Map(metadata);
            if (changed is null && !ReferenceEquals(mapped, metadata))
            {
                changed = Start(batch, new Prefix(batch.Count, batch.Histograms.Length, batch.Exemplars.Length, i));
            }
            changed?.AddMetadata(mapped);
        }
        map.Finish();
        return changed;
    }

    private void Samples<TMap>(MetricBatch batch, ref TMap map, ref MetricBatch? changed)
        where TMap : struct, ISeriesMap
    {
        ReadOnlySpan<MetricSeries> series = batch.Series;
        ReadOnlySpan<double> values = batch.Values;
        for (int i = 0; i < series.Length; i++)
        {
            MetricSeries? mapped = map.Map(series[i], StaleMarker.Is(values[i]) ? SeriesUse.End : SeriesUse.Sample);
            if (changed is null && !ReferenceEquals(mapped, series[i]))
            {
                changed = Start(batch, new Prefix(i, 0, 0, 0));
            }
            if (changed is not null && mapped is not null)
            {
                Copy(batch, i, mapped, changed);
            }
        }
    }

    private void Histograms<TMap>(MetricBatch batch, ref TMap map, ref MetricBatch? changed)
        where TMap : struct, ISeriesMap
    {
        for (int i = 0; i < batch.Histograms.Length; i++)
        {
            HistogramSample sample = batch.Histograms[i];
            HistogramView histogram = batch.HistogramAt(i);
            MetricSeries? mapped = map.Map(sample.Series, histogram.Head.IsStale ? SeriesUse.End : SeriesUse.Sample);
            if (changed is null && !ReferenceEquals(mapped, sample.Series))
            {
                changed = Start(batch, new Prefix(batch.Count, i, 0, 0));
            }
            if (changed is not null && mapped is not null)
            {
                changed.AddHistogram(sample with { Series = mapped }, histogram);
            }
        }
    }

    private void Exemplars<TMap>(MetricBatch batch, ref TMap map, ref MetricBatch? changed)
        where TMap : struct, ISeriesMap
    {
        for (int i = 0; i < batch.Exemplars.Length; i++)
        {
            MetricExemplar exemplar = batch.Exemplars[i];
            MetricSeries? mapped = map.Map(exemplar.Series, SeriesUse.Exemplar);
            if (changed is null && !ReferenceEquals(mapped, exemplar.Series))
            {
                changed = Start(batch, new Prefix(batch.Count, batch.Histograms.Length, i, 0));
            }
            if (changed is not null && mapped is not null)
            {
                changed.AddExemplar(exemplar with { Series = mapped });
            }
        }
    }

    /// <summary>A batch that begins with what has been found to stay as it is.</summary>
    private MetricBatch Start(MetricBatch batch, Prefix unchanged)
    {
        MetricBatch changed = _batches.Rent();
        changed.Receipt = batch.Receipt;
        for (int i = 0; i < unchanged.Samples; i++)
        {
            Copy(batch, i, batch.Series[i], changed);
        }
        for (int i = 0; i < unchanged.Histograms; i++)
        {
            changed.AddHistogram(batch.Histograms[i], batch.HistogramAt(i));
        }
        foreach (ref readonly MetricExemplar exemplar in batch.Exemplars[..unchanged.Exemplars])
        {
            changed.AddExemplar(exemplar);
        }
        foreach (MetricMetadata metadata in batch.Metadata[..unchanged.Metadata])
        {
            changed.AddMetadata(metadata);
        }
        return changed;
    }

    private static void Copy(MetricBatch batch, int index, MetricSeries series, MetricBatch into)
    {
        ReadOnlySpan<long> starts = batch.StartTimestamps;
        into.Add(series, batch.Timestamps[index], batch.Values[index], starts.IsEmpty ? 0 : starts[index]);
    }

    private readonly record struct Prefix(int Samples, int Histograms, int Exemplars, int Metadata);
}
