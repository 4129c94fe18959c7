using Agent.Telemetry.Metrics;
using Agent.Wire;
using Microsoft.Extensions.Logging;

namespace Agent.Components.Prometheus.Scrape;

/// <summary>One target over time: scrapes it when told to, and remembers what the scrapes brought.</summary>
internal sealed partial class TargetScrape(ScrapeTarget target, ScrapeServices services) : IDisposable
{
    /// <summary>A scrape that begins this little late carries the time it was due at: even steps compress better.</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromMilliseconds(10);

    private readonly SemaphoreSlim _turn = new(1);
    private readonly ILogger _logger = services.Logger;
    private readonly Intake _intake = new(services.Metrics, services.Metadata);
    private readonly ReportSamples _reports = new();
    private readonly TargetLabels _labels = new(target.Labels);
    private volatile ScrapeTarget _target = target;
    private volatile ScrapeStatus? _last;
    private volatile bool _tellAll;
    private volatile bool _isRetired;
    private int _lastSize;

    /// <summary>Labels before and after, URL, interval. A change of the configuration replaces it by an equal one.</summary>
    public ScrapeTarget Target
    {
        get => _target;
        set => _target = value;
    }

    /// <summary>Owned by the scheduler: tells what it is due for from what it was due for before.</summary>
    public int Turn { get; set; }

    /// <summary>The target was taken away. When it would have been scraped next its series end.</summary>
    public bool IsRetired
    {
        get => _isRetired;
        set => _isRetired = value;
    }

    /// <summary>Null before the first scrape.</summary>
    public ScrapeStatus? Last => _last;

    public int Series => _intake.Cache.Count;

    /// <summary>What the target tells of a metric family, or of all; asked from any thread.</summary>
    public IReadOnlyList<MetricMetadata> Metadata(string? family) => _intake.Metadata(family);

    public void TellAll() => _tellAll = true;

    /// <summary>Scrapes the target, unless it is being scraped.</summary>
    public async Task ScrapeAsync(DateTimeOffset due, CancellationToken stop)
    {
        if (!await _turn.WaitAsync(TimeSpan.Zero, CancellationToken.None))
        {
            services.Metrics.Missed.Increment();
            return;
        }
        try
        {
            await services.Requests.WaitAsync(stop);
            ScrapePlan plan = services.UsePlan();
            try
            {
                await ScrapeAsync(plan, due, stop);
            }
            finally
            {
                plan.Client.Release();
                services.Requests.Release();
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Ends all series of the target once its scrape in progress is over.</summary>
    /// <param name="workspace">Its batch gets the markers.</param>
    /// <param name="stop">Gives up waiting.</param>
    public async Task EndAsync(ScrapeWorkspace workspace, CancellationToken stop)
    {
        await _turn.WaitAsync(stop);
        try
        {
            if (_reports.HasSeries)
            {
                long now = services.Time.GetUtcNow().ToUnixTimeMilliseconds();
                _intake.End(new IntakeScope(services.Plan, _labels, workspace, now));
                _reports.End(workspace.Batch, now);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose()
    {
        _intake.Dispose();
        _turn.Dispose();
    }

    private async Task ScrapeAsync(ScrapePlan plan, DateTimeOffset due, CancellationToken stop)
    {
        ScrapeTarget target = _target;
        DateTimeOffset now = services.Time.GetUtcNow();
        long timestamp = (now - due <= Tolerance && now - due <= target.Interval / 100 ? due : now).ToUnixTimeMilliseconds();
        long start = services.Time.GetTimestamp();
        using var body = new GrowableBuffer();
        FetchResult answer = RefusalOf(plan) is { } refusal ? new FetchResult("", refusal) : await FetchAsync(plan, target, body, stop);
        ScrapeWorkspace workspace = await services.Workspaces.RentAsync(stop);
        try
        {
            var scope = new IntakeScope(plan, _labels, workspace, timestamp);
            IntakeResult result = Take(answer, body, scope);
            // What may wait for long must not hold on to the answer.
            long size = answer.IsTooLarge ? -1 : answer.Error is null ? body.Length : 0;
            body.Release();
            var report = new ScrapeReport
            {
                IsUp = result.Error is null, Duration = services.Time.GetElapsedTime(start), Samples = result, BodySize = size,
            };
            _reports.Add(scope, target.Timeout, report);
            Note(plan, new ScrapeStatus(now, report.Duration, result, result.Error));
            await services.ForwardAsync(plan.Consumer, workspace.Batch, stop);
        }
        finally
        {
            services.Workspaces.Return(workspace);
        }
    }

    /// <summary>Why the target is not asked this time, which counts as a failed scrape; or null.</summary>
    private string? RefusalOf(ScrapePlan plan)
    {
        if (!services.Memory.StopsScrapes)
        {
            return plan.Refusal;
        }
        services.Metrics.SkippedForMemory.Increment();
        return "skipped: the agent is about to run out of memory";
    }

    private Task<FetchResult> FetchAsync(ScrapePlan plan, ScrapeTarget target, GrowableBuffer body, CancellationToken stop)
    {
        body.Reserve(_lastSize + TargetFetch.SmallestRead);
        return TargetFetch.GetAsync(plan, target, body, services.Time, stop);
    }

    private IntakeResult Take(in FetchResult answer, GrowableBuffer body, IntakeScope scope)
    {
        if (_tellAll)
        {
            _tellAll = false;
            _intake.TellAll();
        }
        IntakeResult result;
        if (answer.Error is null)
        {
            _lastSize = body.Length;
            services.Memory.Count(body.Length);
            result = _intake.Read(body.Written, answer.ContentType, scope);
        }
        else
        {
            (answer.IsTooLarge ? services.Metrics.OverBodySize : null)?.Increment();
            result = new IntakeResult(0, 0, 0, answer.Error);
        }
        if (result.Error is not null)
        {
            _intake.End(scope);
        }
        return result;
    }

    private void Note(ScrapePlan plan, ScrapeStatus status)
    {
        bool wasDown = _last is { IsUp: false };
        _last = status;
        if (wasDown == status.IsUp)
        {
            services.Metrics.Down.Add(status.IsUp ? -1 : 1);
        }
        if (status.Error is null)
        {
            return;
        }
        LogFailed(_target.Url, status.Error);
        if (plan.Arguments.ScrapeFailureLogFile.Length > 0
            && !services.Failures.TryWrite(plan.Arguments.ScrapeFailureLogFile, _target.Url, status.Error))
        {
            LogNotWritten(services.Failures.Problem ?? "");
        }
    }

    [LoggerMessage(LogLevel.Debug, "Scrape failed target={Url}: {Error}")]
    private partial void LogFailed(string url, string error);

    [LoggerMessage(LogLevel.Warning, "{Problem}")]
    private partial void LogNotWritten(string problem);
}
