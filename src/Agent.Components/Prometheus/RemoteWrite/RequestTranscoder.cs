using Agent.Components.Common.Delivery;
using Agent.Telemetry.Metrics;
using Agent.Wire;
using Agent.Wire.Exposition;
using Agent.Wire.RemoteWrite;
using Agent.Wire.Snappy;

namespace Agent.Components.Prometheus.RemoteWrite;

/// <summary>Turns requests of version 2 into version 1: only what waits when an endpoint turns out not to know the second.</summary>
internal static class RequestTranscoder
{
    /// <summary>The same samples, histograms and exemplars. Descriptions of metrics are left out: they come again.</summary>
    public static SampleBlock ToFirst(SampleBlock block)
    {
        using var plain = new GrowableBuffer();
        if (!SnappyDecoder.TryDecompress(block.Body.Span, Array.MaxLength, plain)
            || !WriteRequestReader.TryOpen(plain.Written, WriteVersion.V2, new WriteRequestScratch(), out WriteRequestReader request, out _))
        {
            throw new InvalidOperationException("BUG: cannot read a block of our own");
        }
        using var batch = new WriteRequestBatch();
        using var labels = new SeriesLabels();
        foreach (WriteSeriesView view in request)
        {
            view.ReadLabels(labels);
            Copy(view, new MetricSeries(labels.ToLabelSet()), batch);
        }
        using var compressor = new BlockCompressor();
        batch.Compress(compressor.Snappy, compressor.Scratch);
        return new SampleBlock(compressor.TakeBody(out int length), length, block.Contents with { Version = WriteVersion.V1 }, []);
    }

    private static void Copy(WriteSeriesView view, MetricSeries series, WriteRequestBatch batch)
    {
        foreach (WriteSample sample in view.Samples)
        {
            batch.AddSample(series, sample.Value, sample.Timestamp);
        }
        var histogram = new HistogramBuffer();
        int position = 0;
        while (view.TryReadHistogram(ref position, histogram, out HistogramTimes times))
        {
            batch.AddHistogram(series, histogram.View, times.Timestamp);
        }
        using var exemplar = new ExemplarBuffer();
        position = 0;
        while (view.TryReadExemplar(ref position, exemplar))
        {
            byte[] labels = new byte[exemplar.Labels.BlockLength()];
            exemplar.Labels.WriteBlock(labels);
            batch.AddExemplar(new MetricExemplar(series, labels, exemplar.Value, exemplar.Timestamp));
        }
    }
}
