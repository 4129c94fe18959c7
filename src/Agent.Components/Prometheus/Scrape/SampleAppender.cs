using Agent.Telemetry.Metrics;
using Agent.Wire.Exposition;

namespace Agent.Components.Prometheus.Scrape;

/// <summary>Puts samples into the batch of a scrape, within its limits. Not thread safe.</summary>
internal sealed class SampleAppender(ScrapeMetrics metrics)
{
    /// <summary>Samples from further ahead are refused, as Prometheus does: one wrong clock would close a database for all others.</summary>
    private const long MostAhead = 10 * 60 * 1000;

    private readonly ExemplarMemory _exemplars = new();
    private readonly StartTimes _starts = new();
    private IntakeScope _scope = null!;
    private int _appended;

    /// <summary>Look up when series began to count.</summary>
    public bool WithStarts { get; set; }

    /// <summary>The limit that the scrape has reached, for which it fails; null while there is none.</summary>
    public string? LimitError { get; private set; }

    public void Begin(IntakeScope scope)
    {
        _scope = scope;
        _appended = 0;
        LimitError = null;
    }

    public void Forget(List<MetricSeries> gone)
    {
        _exemplars.Forget(gone);
        _starts.Forget(gone);
    }

    public void Clear()
    {
        _exemplars.Clear();
        _starts.Clear();
    }

    /// <summary>Adds the sample at hand with its exemplars; false where it is left out, which is counted.</summary>
    public bool TryAppend<TReader>(ref TReader reader, MetricSeries series, long time)
        where TReader : IExpositionReader, allows ref struct
    {
        if (++_appended > _scope.Plan.SampleLimit)
        {
            OverSampleLimit();
            return false;
        }
        if (time > _scope.Timestamp + MostAhead)
        {
            metrics.OutOfBounds.Increment();
            return false;
        }
        long start = WithStarts ? reader.ReadStartTimestamp() : 0;
        bool isHistogram = reader.Entry == ExpositionEntry.Histogram;
        MetricBatch batch = _scope.Workspace.Batch;
        if (isHistogram)
        {
            if (!TryAppendHistogram(reader.Histogram, new HistogramSample(series, time, start)))
            {
                return false;
            }
        }
        else
        {
            if (_scope.Plan.Arguments.StartTimestampZeroIngestion)
            {
                _starts.AddZero(batch, series, start, time);
            }
            batch.Add(series, time, reader.Value, start);
        }
        while (reader.TryReadExemplar(_scope.Workspace.Exemplar))
        {
            AddExemplar(series, isHistogram, time);
        }
        return true;
    }

    private bool TryAppendHistogram(HistogramView given, in HistogramSample sample)
    {
        ScrapePlan plan = _scope.Plan;
        if (!_scope.Workspace.Resolution.TryReduce(given, plan.MaxSchema, plan.MaxBuckets, out HistogramView histogram))
        {
            if (LimitError is null)
            {
                metrics.OverBucketLimit.Increment();
            }
            LimitError ??= "histogram bucket limit exceeded";
            return false;
        }
        if (plan.Arguments.StartTimestampZeroIngestion)
        {
            _starts.AddZero(_scope.Workspace.Batch, sample, histogram);
        }
        _scope.Workspace.Batch.AddHistogram(sample, histogram);
        return true;
    }

    private void AddExemplar(MetricSeries series, bool isHistogram, long time)
    {
        ExemplarBuffer exemplar = _scope.Workspace.Exemplar;
        if (isHistogram && !exemplar.HasTimestamp)
        {
            // Of several exemplars of one series those without a time cannot be told from repetitions.
            return;
        }
        time = exemplar.HasTimestamp ? exemplar.Timestamp : time;
        if (_exemplars.IsNew(series, exemplar, time))
        {
            MetricBatch batch = _scope.Workspace.Batch;
            Memory<byte> block = batch.Bytes.Take(exemplar.Labels.BlockLength());
            exemplar.Labels.WriteBlock(block.Span);
            batch.AddExemplar(new MetricExemplar(series, block, exemplar.Value, time));
        }
    }

    private void OverSampleLimit()
    {
        if (LimitError is null)
        {
            metrics.OverSampleLimit.Increment();
        }
        LimitError = "sample limit exceeded";
    }
}
