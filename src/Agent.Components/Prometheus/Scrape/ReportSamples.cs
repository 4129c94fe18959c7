using Agent.Telemetry.Metrics;

namespace Agent.Components.Prometheus.Scrape;

/// <summary>What a scraper tells of one scrape.</summary>
internal readonly record struct ScrapeReport
{
    public required bool IsUp { get; init; }

    public required TimeSpan Duration { get; init; }

    public IntakeResult Samples { get; init; }

    /// <summary>Bytes of the answer; -1 where they were too many, 0 where the scrape failed otherwise.</summary>
    public long BodySize { get; init; }
}

/// <summary>The samples that a scraper itself adds for a target: <c>up</c> and what belongs to it. Not thread safe.</summary>
internal sealed class ReportSamples
{
    private const int Basic = 5;

    private static readonly MetricMetadata[] Families =
    [
        new("up", MetricType.Gauge, "Health of the scrape target. 1 means the target is healthy, 0 if the scrape failed.", "targets"),
        new("scrape_duration_seconds", MetricType.Gauge, "Duration of the last scrape in seconds.", "seconds"),
        new("scrape_samples_scraped", MetricType.Gauge, "Number of samples last scraped.", "samples"),
        new("scrape_samples_post_metric_relabeling", MetricType.Gauge, "Number of samples remaining after metric relabeling was applied.", "samples"),
        new("scrape_series_added", MetricType.Gauge, "Number of series in the last scrape.", "series"),
        new("scrape_timeout_seconds", MetricType.Gauge, "The configured scrape timeout for a target.", "seconds"),
        new("scrape_sample_limit", MetricType.Gauge, "The configured sample limit for a target. Returns zero if there is no limit configured.", "samples"),
        new(
            "scrape_body_size_bytes", MetricType.Gauge,
            "The uncompressed size of the last scrape response, if successful. Scrapes failing because body_size_limit is exceeded report -1, "
            + "other scrape failures report 0.", "bytes"),
    ];

    private MetricSeries[] _series = [];

    /// <summary>The target was scraped at least once.</summary>
    public bool HasSeries => _series.Length > 0;

    public void Add(IntakeScope scope, TimeSpan timeout, in ScrapeReport report)
    {
        ScrapePlan plan = scope.Plan;
        int count = plan.Arguments.ExtraMetrics ? Families.Length : Basic;
        Fit(scope, count);
        ReadOnlySpan<double> values =
        [
            report.IsUp ? 1 : 0, report.Duration.TotalSeconds, report.Samples.Scraped, report.Samples.Kept, report.Samples.Added,
            timeout.TotalSeconds, plan.Arguments.Limits.SampleLimit, report.BodySize,
        ];
        for (int i = 0; i < count; i++)
        {
            scope.Workspace.Batch.Add(_series[i], scope.Timestamp, values[i]);
        }
    }

    /// <summary>Ends the series: the target is scraped no more.</summary>
    public void End(MetricBatch batch, long timestamp)
    {
        foreach (MetricSeries series in _series)
        {
            batch.Add(series, timestamp, StaleMarker.Value);
        }
        _series = [];
    }

    private void Fit(IntakeScope scope, int count)
    {
        int known = _series.Length;
        if (known == count)
        {
            return;
        }
        for (int i = count; i < known; i++)
        {
            // Extra metrics that are not wanted any more.
            scope.Workspace.Batch.Add(_series[i], scope.Timestamp, StaleMarker.Value);
        }
        Array.Resize(ref _series, count);
        for (int i = known; i < count; i++)
        {
            _series[i] = scope.Workspace.Maker.Make(Families[i].Family, scope.Labels);
            if (scope.Plan.WithMetadata)
            {
                _series[i].Metadata = Families[i];
                scope.Workspace.Batch.AddMetadata(Families[i]);
            }
        }
    }
}
