using System.Globalization;
using Agent.Components.Common.Http;
using Agent.Sdk;
using Agent.Sdk.Scraping;
using Agent.Syntax.Values;
using Agent.Wire;
using Microsoft.Extensions.Logging;

namespace Agent.Components.Prometheus.Scrape;

/// <summary>One run of the component: follows its targets, has them scraped, and ends their series when it ends.</summary>
internal sealed partial class ScrapeRun : IDisposable
{
    /// <summary>Time that consumers have to take the markers of the end.</summary>
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(5);

    private const int EndBatch = 10_000;
    private const int ShownProblems = 5;

    private readonly ComponentContext _context;
    private readonly ILogger _logger;
    private readonly ScrapeServices _services;
    private readonly ScrapeScheduler _scheduler;
    private readonly TargetPool _pool;
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ActiveWork _work = new();
    private bool _isClosed;

    public ScrapeRun(ComponentContext context)
    {
        _context = context;
        _logger = context.Logger;
        _services = new ScrapeServices(context.Time)
        {
            Metrics = new ScrapeMetrics(context.Metrics), Logger = context.Logger, Memory = context.Memory,
        };
        _scheduler = new ScrapeScheduler(context.Time, OnDue);
        _pool = new TargetPool(_services);
    }

    /// <summary>Nothing is being scraped right now.</summary>
    public bool IsIdle => _work.IsIdle;

    /// <summary>Null before the first arguments.</summary>
    public ScrapePlan? Plan => _services.HasPlan ? _services.Plan : null;

    public void Apply(PrometheusScrape.Arguments arguments)
    {
        string job = arguments.JobName.Length > 0 ? arguments.JobName : _context.Id;
        TargetResolution resolution = TargetPool.Resolve(arguments, job);
        lock (_gate)
        {
            if (_isClosed)
            {
                return;
            }
            ScrapePlan? former = Plan;
            _services.Plan = PlanOf(arguments, job, resolution, former);
            if (former is not null && former.Client != _services.Plan.Client)
            {
                former.Client.Release();
            }
            bool hasNewConsumer = former is not null && !former.Arguments.ForwardTo.Equals(arguments.ForwardTo);
            _pool.Sync(resolution.Targets, hasNewConsumer, _scheduler.Schedule);
        }
        Report(arguments, resolution);
    }

    public async Task RunAsync(CancellationToken stop)
    {
        _scheduler.Start();
        try
        {
            using var unregister = stop.Register(static run => ((ScrapeRun)run!)._failed.TrySetResult(), this);
            await _failed.Task;
        }
        finally
        {
            List<TargetScrape> targets;
            lock (_gate)
            {
                _isClosed = true;
                targets = [.. _pool.All];
            }
            _scheduler.Dispose();
            await _ending.CancelAsync();
            await _work.WhenDoneAsync();
            try
            {
                await EndAsync(targets);
            }
            finally
            {
                targets.ForEach(static target => target.Dispose());
                _services.Metrics.Down.Set(0);
            }
        }
    }

    /// <summary>To be called after the run has ended.</summary>
    public void Dispose()
    {
        _scheduler.Dispose();
        _services.Dispose();
        _ending.Dispose();
    }

    /// <summary>The targets that are scraped, at this moment.</summary>
    public List<TargetScrape> ActiveTargets()
    {
        lock (_gate)
        {
            return [.. _pool.Active];
        }
    }

    /// <summary>Asks a target beside its ordinary scrapes, with the client and the limits of those.</summary>
    public async ValueTask<TargetAnswer?> AskAsync(string url, CancellationToken stop)
    {
        if (ActiveTargets().Find(scrape => TargetSecrets.Hide(scrape.Target.Url) == url) is not { } asked)
        {
            return null;
        }
        ScrapePlan plan = _services.UsePlan();
        try
        {
            using var body = new GrowableBuffer();
            FetchResult answer = await TargetFetch.GetAsync(plan, asked.Target, body, _services.Time, stop);
            return new TargetAnswer(answer.ContentType, body.Written.ToArray(), TargetSecrets.Hide(answer.Error ?? ""));
        }
        finally
        {
            plan.Client.Release();
        }
    }

    public Value DebugState()
    {
        List<TargetScrape> targets = ActiveTargets();
        string job = Plan?.Job ?? "";
        return new MapValue(new Dictionary<string, Value>(StringComparer.Ordinal)
        {
            ["target"] = new ListValue([.. targets.Select(target => TargetDebug.Of(target, job))]),
        });
    }

    private ScrapePlan PlanOf(PrometheusScrape.Arguments arguments, string job, TargetResolution resolution, ScrapePlan? former)
    {
        int targets = resolution.Targets.Count;
        int limit = ScrapeLimitOptions.Of(arguments.Limits.TargetLimit);
        bool isOver = targets > limit;
        if (isOver)
        {
            _services.Metrics.OverTargetLimit.Increment();
        }
        return new ScrapePlan(arguments, job)
        {
            Client = former is not null && former.Arguments.Http == arguments.Http
                ? former.Client
                : new ScrapeClient(HttpClientBuilder.Build(arguments.Http, _context.Time)),
            Local = _context.Local,
            Refusal = isOver ? string.Create(CultureInfo.InvariantCulture, $"target_limit exceeded (number of targets: {targets}, limit: {limit})") : null,
            Dropped = resolution.Dropped,
        };
    }

    private void Report(PrometheusScrape.Arguments arguments, TargetResolution resolution)
    {
        List<string> errors = resolution.Errors;
        List<ScrapeTarget> repeated = resolution.Repeated;
        _services.Metrics.Targets.Set(arguments.Targets.Count);
        _services.Metrics.Duplicated.Set(repeated.Count);
        _services.Metrics.SyncFailed.Add(errors.Count);
        foreach (string error in errors.Take(ShownProblems))
        {
            LogRefused(error);
        }
        if (errors.Count > ShownProblems)
        {
            LogMoreRefused(errors.Count - ShownProblems);
        }
        if (repeated.Count > 0)
        {
            LogRepeated(repeated[0].Url, repeated[0].Labels.ToString(), repeated.Count);
        }
        string refused = errors.Count > 0 ? string.Create(CultureInfo.InvariantCulture, $"; {errors.Count} cannot be scraped, such as: {errors[0]}") : "";
        _context.ReportHealth(HealthState.Healthy, string.Create(CultureInfo.InvariantCulture, $"scraping {resolution.Targets.Count} targets{refused}"));
    }

    private void OnDue(TargetScrape target, DateTimeOffset due)
    {
        if (_work.TryBegin())
        {
            _ = RunAsync(target, due);
        }
    }

    // Whatever a consumer throws fails the component, which is then run again.
    private async Task RunAsync(TargetScrape target, DateTimeOffset due)
    {
        Task work = target.IsRetired ? RemoveAsync(target) : target.ScrapeAsync(due, _ending.Token);
        await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (work.Exception is { } failed && !_ending.IsCancellationRequested)
        {
            _failed.TrySetException(failed.InnerExceptions);
        }
        _work.End();
    }

    private async Task RemoveAsync(TargetScrape target)
    {
        bool goesOn;
        lock (_gate)
        {
            if (!_pool.TryRemove(target, out goesOn))
            {
                return;
            }
        }
        if (!goesOn)
        {
            ScrapeWorkspace workspace = await _services.Workspaces.RentAsync(_ending.Token);
            try
            {
                await target.EndAsync(workspace, _ending.Token);
                if (!workspace.Batch.IsEmpty)
                {
                    await _services.ForwardAsync(_services.Plan.Consumer, workspace.Batch, _ending.Token);
                }
            }
            finally
            {
                _services.Workspaces.Return(workspace);
            }
        }
        target.Dispose();
    }

    /// <summary>Ends the series of all targets: whoever looks at them sees that nobody scrapes any more.</summary>
    private async Task EndAsync(List<TargetScrape> targets)
    {
        if (!_services.HasPlan)
        {
            return;
        }
        using var patience = new CancellationTokenSource(EndPatience, _context.Time);
        using var workspace = new ScrapeWorkspace();
        for (int i = 0; i < targets.Count; i++)
        {
            await targets[i].EndAsync(workspace, CancellationToken.None);
            if (workspace.Batch.Count < EndBatch && i < targets.Count - 1)
            {
                continue;
            }
            if (patience.IsCancellationRequested)
            {
                _services.Metrics.Undelivered.Add(workspace.Batch.Count);
            }
            else if (!workspace.Batch.IsEmpty)
            {
                await ForwardEndAsync(workspace, patience.Token);
            }
            workspace.Clear();
        }
    }

    private async Task ForwardEndAsync(ScrapeWorkspace workspace, CancellationToken stop)
    {
        try
        {
            await _services.ForwardAsync(_services.Plan.Consumer, workspace.Batch, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            _services.Metrics.Undelivered.Add(workspace.Batch.Count);
        }
    }

    [LoggerMessage(LogLevel.Error, "Creating target failed: {Error}")]
    private partial void LogRefused(string error);

    [LoggerMessage(LogLevel.Error, "Creating {Count} more targets failed")]
    private partial void LogMoreRefused(int count);

    [LoggerMessage(LogLevel.Warning, "target {Url} {Labels} is given more than once, as are {Count} targets in all; each is scraped once")]
    private partial void LogRepeated(string url, string labels, int count);
}
