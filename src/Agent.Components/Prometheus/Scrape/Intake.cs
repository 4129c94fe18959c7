using Agent.Telemetry.Metrics;
using Agent.Wire.Exposition;

namespace Agent.Components.Prometheus.Scrape;

/// <summary>What came of reading an answer.</summary>
/// <param name="Scraped">Samples that the target exposed.</param>
/// <param name="Kept">Samples that were left after what relabelling would have dropped.</param>
/// <param name="Added">Series that the scrape before did not have.</param>
/// <param name="Error">Why the scrape counts as failed; null where it does not.</param>
internal readonly record struct IntakeResult(int Scraped, int Kept, int Added, string? Error);

/// <summary>What one reading goes by.</summary>
internal sealed record IntakeScope(ScrapePlan Plan, TargetLabels Labels, ScrapeWorkspace Workspace, long Timestamp);

/// <summary>Reads a target's answers into batches, and remembers its series from one to the next. Not thread safe.</summary>
/// <remarks>A known series costs the comparison of its text: nothing is allocated per sample.</remarks>
internal sealed class Intake(ScrapeMetrics metrics, MetadataTable metadata) : IDisposable
{
    private readonly SeriesCache _cache = new();
    private readonly MetricFamilies _families = new(metadata);
    private readonly SampleAppender _appender = new(metrics);
    private LabelRules? _rules;
    private (string ContentType, string? Fallback, ExpositionFormat Format)? _format;
    private IntakeScope _scope = null!;
    private MetricSeries? _made;
    private string? _error;
    private int _scraped;
    private int _kept;
    private int _added;

    /// <summary>Series that end when the target does.</summary>
    public int Tracked => _cache.Tracked;

    public SeriesCache Cache => _cache;

    /// <summary>What the target tells of a metric family, or of all; asked from any thread.</summary>
    public IReadOnlyList<MetricMetadata> Metadata(string? family) => _families.Known(family);

    /// <summary>Tell consumers of all metadata with the next scrape.</summary>
    public void TellAll() => _families.TellAll();

    /// <summary>Fills the workspace's batch. After a failure it holds nothing, and <see cref="End"/> is to follow.</summary>
    public IntakeResult Read(ReadOnlySpan<byte> body, string contentType, IntakeScope scope)
    {
        Begin(scope);
        if (!body.IsEmpty && TryChoose(contentType, scope.Plan.Fallback, out ExpositionFormat format))
        {
            Read(body, format);
        }
        _error ??= _appender.LimitError;
        if (_error is null)
        {
            _cache.Succeed(scope.Workspace.Gone);
            _families.Succeed();
        }
        else
        {
            // A failed scrape is dropped as a whole.
            scope.Workspace.Batch.Clear();
            _families.TellAll();
        }
        var result = new IntakeResult(_scraped, _kept, _added, _error);
        if (_error is null)
        {
            AddGone(scope);
        }
        return result;
    }

    /// <summary>Ends all series: the scrape failed, or there will be no other one.</summary>
    public void End(IntakeScope scope)
    {
        int flushes = _cache.ForcedFlushes;
        _cache.Fail(scope.Workspace.Gone);
        if (_cache.ForcedFlushes != flushes)
        {
            metrics.CacheFlushes.Increment();
            _appender.Clear();
        }
        AddGone(scope);
    }

    public void Dispose()
    {
        _cache.Dispose();
        _families.Dispose();
    }

    private void Begin(IntakeScope scope)
    {
        _scope = scope;
        if (_rules is not null && _rules != scope.Plan.Labels)
        {
            _cache.Reset();
            _appender.Clear();
        }
        _rules = scope.Plan.Labels;
        _error = null;
        (_scraped, _kept, _added) = (0, 0, 0);
        _appender.Begin(scope);
        _cache.Begin();
        _families.Begin();
    }

    private void AddGone(IntakeScope scope)
    {
        List<MetricSeries> gone = scope.Workspace.Gone;
        foreach (MetricSeries series in gone)
        {
            scope.Workspace.Batch.Add(series, scope.Timestamp, StaleMarker.Value);
        }
        _appender.Forget(gone);
        gone.Clear();
    }

    // A target answers in one format; taking its header apart each time is the dearest part of a small scrape.
    private bool TryChoose(string contentType, string? fallback, out ExpositionFormat format)
    {
        if (_format is { } last && last.ContentType == contentType && last.Fallback == fallback)
        {
            format = last.Format;
            return true;
        }
        if (!ExpositionContentType.TryChoose(contentType, fallback, out format, out _error))
        {
            return false;
        }
        // What is left is a warning that the fallback was taken.
        _error = null;
        _format = (contentType, fallback, format);
        return true;
    }

    private void Read(ReadOnlySpan<byte> body, ExpositionFormat format)
    {
        PrometheusScrape.Arguments arguments = _scope.Plan.Arguments;
        ScrapeWorkspace workspace = _scope.Workspace;
        bool convert = arguments.Format.ConvertClassicHistograms;
        bool zeros = arguments.StartTimestampZeroIngestion;
        _appender.WithStarts = zeros || format == ExpositionFormat.Protobuf;
        switch (format)
        {
            case ExpositionFormat.Protobuf:
                var protobuf = new ProtobufExpositionReader(body, workspace.Scratch)
                {
                    IgnoreNativeHistograms = !arguments.Format.WantsNative,
                    KeepClassicHistograms = arguments.Format.ScrapeClassicHistograms,
                    ConvertClassicHistograms = convert,
                };
                ReadAll(ref protobuf);
                break;
            case ExpositionFormat.OpenMetrics when convert:
                ReadConverted(new OpenMetricsReader(body, workspace.Scratch) { SkipCreated = zeros });
                break;
            case ExpositionFormat.OpenMetrics:
                var openMetrics = new OpenMetricsReader(body, workspace.Scratch) { SkipCreated = zeros };
                ReadAll(ref openMetrics);
                break;
            case ExpositionFormat.PrometheusText when convert:
                ReadConverted(new PrometheusTextReader(body, workspace.Scratch));
                break;
            default:
                var text = new PrometheusTextReader(body, workspace.Scratch);
                ReadAll(ref text);
                break;
        }
    }

    private void ReadConverted<TReader>(TReader inner)
        where TReader : IExpositionReader, allows ref struct
    {
        var reader = new ClassicHistogramReader<TReader>(inner, _scope.Workspace.Histograms)
        {
            KeepClassic = _scope.Plan.Arguments.Format.ScrapeClassicHistograms,
            WithStartTimestamps = _appender.WithStarts,
        };
        ReadAll(ref reader);
    }

    private void ReadAll<TReader>(ref TReader reader)
        where TReader : IExpositionReader, allows ref struct
    {
        while (_error is null && reader.Next(_cache.Expected))
        {
            switch (reader.Entry)
            {
                case ExpositionEntry.Type:
                    _families.SetType(reader.Family, reader.Type);
                    break;
                case ExpositionEntry.Help:
                    _families.SetHelp(reader.Family, reader.Text);
                    break;
                case ExpositionEntry.Unit:
                    _families.SetUnit(reader.Family, reader.Text);
                    break;
                case ExpositionEntry.Series or ExpositionEntry.Histogram:
                    _families.Complete(_scope.Plan.WithMetadata ? _scope.Workspace.Batch : null);
                    Take(ref reader);
                    break;
            }
        }
        _error ??= reader.Error?.ToString();
    }

    private void Take<TReader>(ref TReader reader)
        where TReader : IExpositionReader, allows ref struct
    {
        _scraped++;
        bool hasTime = reader.HasTimestamp && _scope.Plan.Arguments.HonorTimestamps;
        long time = hasTime ? reader.Timestamp : _scope.Timestamp;
        bool track = !hasTime || _scope.Plan.Arguments.TrackTimestampsStaleness;
        ref ScrapedSeries known = ref _cache.Find(reader.Series, out bool found);
        if (!found)
        {
            TakeNew(ref reader, time, track);
            return;
        }
        _kept++;
        MetricSeries series = known.Series;
        bool isBack = _cache.IsBack(known);
        if (!_cache.See(ref known) && !hasTime)
        {
            metrics.Duplicates.Increment();
            return;
        }
        if (!_appender.TryAppend(ref reader, series, time))
        {
            return;
        }
        if (track)
        {
            _cache.Track(ref known);
        }
        _added += isBack ? 1 : 0;
        if (_families.IsNews && _scope.Plan.WithMetadata)
        {
            Describe(series);
        }
    }

    private void TakeNew<TReader>(ref TReader reader, long time, bool track)
        where TReader : IExpositionReader, allows ref struct
    {
        if (_appender.LimitError is not null)
        {
            // The scrape has failed; the rest is counted only.
            _kept++;
            return;
        }
        SeriesLabels labels = _scope.Workspace.Labels;
        if (!reader.TryReadLabels(labels))
        {
            return;
        }
        SeriesMaker maker = _scope.Workspace.Maker;
        MetricMetadata? family = labels.TryGet("__name__"u8, out ReadOnlySpan<byte> metric) && _families.Holds(metric) ? _families.Current : null;
        MetricSeries? series = maker.TryMake(labels, _scope.Labels, _scope.Plan.Labels, new SeriesOrigin(family, _made));
        if (series is null)
        {
            _error = maker.Error;
            (maker.IsOverLimit ? metrics.OverLabelLimits : null)?.Increment();
            return;
        }
        _made = series;
        _kept++;
        if (_scope.Plan.WithMetadata)
        {
            series.Metadata = family;
        }
        if (_appender.TryAppend(ref reader, series, time))
        {
            _cache.Add(reader.Series, series, track);
            _added++;
        }
    }

    private void Describe(MetricSeries series)
    {
        LabelBlock.Enumerator label = LabelBlock.Read(series.ReadLabelBlock());
        while (label.MoveNext())
        {
            if (label.Name.SequenceEqual("__name__"u8))
            {
                if (_families.Holds(label.Value))
                {
                    series.Metadata = _families.Current;
                }
                return;
            }
        }
    }
}
