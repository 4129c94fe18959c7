using System.Runtime.InteropServices;

namespace Agent.Telemetry.Metrics;

/// <summary>Metric samples on their way from one component to the next, in columns; rarer things stand aside in tables.</summary>
/// <remarks>
/// For consumers a batch is read-only, and valid until the task of <see cref="IMetricConsumer.ConsumeAsync"/> completes; its producer
/// then clears and reuses it. Who changes data writes a batch of its own: series are objects that outlive batches, and exemplars may
/// point into the first one's bytes, since calls nest. Samples of one series are in order of time. Times are milliseconds
/// since the Unix epoch. A series that ended carries <see cref="StaleMarker"/> as its value, or as the sum of its histogram.
/// </remarks>
public sealed class MetricBatch : IDisposable
{
    private const int FirstCapacity = 256;
    private readonly List<HistogramSample> _histograms = [];
    private readonly HistogramTable _histogramTable = new();
    private readonly List<MetricExemplar> _exemplars = [];
    private readonly List<MetricMetadata> _metadata = [];
    private MetricSeries[] _series = [];
    private long[] _timestamps = [];
    private double[] _values = [];
    private long[]? _starts;
    private bool _hasStarts;

    /// <summary>Settled when everything in the batch is delivered; null where the source cannot replay.</summary>
    public Receipt? Receipt { get; set; }

    /// <summary>Floating point samples: the length of the columns. Histograms do not count.</summary>
    public int Count { get; private set; }

    public ReadOnlySpan<MetricSeries> Series => _series.AsSpan(0, Count);

    public ReadOnlySpan<long> Timestamps => _timestamps.AsSpan(0, Count);

    public ReadOnlySpan<double> Values => _values.AsSpan(0, Count);

    /// <summary>When counting began, 0 where unknown; the whole column is empty where no sample has one.</summary>
    public ReadOnlySpan<long> StartTimestamps => _hasStarts ? _starts.AsSpan(0, Count) : default;

    /// <summary>Native histograms: whose and when. <see cref="HistogramAt"/> gives the content.</summary>
    public ReadOnlySpan<HistogramSample> Histograms => CollectionsMarshal.AsSpan(_histograms);

    public ReadOnlySpan<MetricExemplar> Exemplars => CollectionsMarshal.AsSpan(_exemplars);

    /// <summary>Families that are new or described otherwise than before; not repeated with every batch.</summary>
    public ReadOnlySpan<MetricMetadata> Metadata => CollectionsMarshal.AsSpan(_metadata);

    /// <summary>Memory for the labels of exemplars that this batch makes itself.</summary>
    public PooledBytes Bytes { get; } = new();

    public bool IsEmpty => Count == 0 && _histograms.Count == 0 && _exemplars.Count == 0 && _metadata.Count == 0;

    /// <param name="startTimestamp">0 where unknown.</param>
    public void Add(MetricSeries series, long timestamp, double value, long startTimestamp = 0)
    {
        int at = Count;
        if (at == _values.Length)
        {
            Grow();
        }
        _series[at] = series;
        _timestamps[at] = timestamp;
        _values[at] = value;
        Count = at + 1;
        if (startTimestamp != 0 || _hasStarts)
        {
            SetStart(at, startTimestamp);
        }
    }

    /// <summary>Copies a histogram into the batch.</summary>
    public void AddHistogram(in HistogramSample sample, in HistogramView histogram)
    {
        _histograms.Add(sample);
        _histogramTable.Add(histogram);
    }

    /// <summary>The content of a histogram; valid until the batch is changed.</summary>
    public HistogramView HistogramAt(int index) => _histogramTable.View(index);

    public void AddExemplar(in MetricExemplar exemplar) => _exemplars.Add(exemplar);

    public void AddMetadata(MetricMetadata metadata) => _metadata.Add(metadata);

    /// <summary>Empties the batch for its producer's next use; columns keep their memory.</summary>
    public void Clear()
    {
        // So that no series is kept alive by a batch at rest.
        _series.AsSpan(0, Count).Clear();
        Count = 0;
        _hasStarts = false;
        _histograms.Clear();
        _histogramTable.Clear();
        _exemplars.Clear();
        _metadata.Clear();
        Receipt = null;
        Bytes.Clear();
    }

    public void Dispose()
    {
        Clear();
        Bytes.Dispose();
    }

    private void SetStart(int at, long start)
    {
        if (!_hasStarts)
        {
            _hasStarts = true;
            if (_starts is null || _starts.Length < _values.Length)
            {
                _starts = new long[_values.Length];
            }
            _starts.AsSpan(0, at).Clear();
        }
        _starts![at] = start;
    }

    private void Grow()
    {
        int capacity = Math.Max(FirstCapacity, 2 * _values.Length);
        Array.Resize(ref _series, capacity);
        Array.Resize(ref _timestamps, capacity);
        Array.Resize(ref _values, capacity);
        if (_hasStarts)
        {
            Array.Resize(ref _starts, capacity);
        }
    }
}
