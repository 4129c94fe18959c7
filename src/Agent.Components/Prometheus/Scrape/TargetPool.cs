using Agent.Telemetry;

namespace Agent.Components.Prometheus.Scrape;

/// <summary>The targets of a component, those taken away until their series have ended among them. Not thread safe.</summary>
internal sealed class TargetPool(ScrapeServices services)
{
    private readonly Dictionary<ScrapeTarget, TargetScrape> _scrapes = [];
    private readonly HashSet<LabelSet> _labels = [];

    public IEnumerable<TargetScrape> All => _scrapes.Values;

    public IEnumerable<TargetScrape> Active => _scrapes.Values.Where(static scrape => !scrape.IsRetired);

    /// <summary>Takes the place of what was there before.</summary>
    /// <param name="wanted">Targets, each once.</param>
    /// <param name="tellAll">There is somebody new to send to.</param>
    /// <param name="schedule">Called for each target that is new, is back, or has another interval.</param>
    public void Sync(IReadOnlyCollection<ScrapeTarget> wanted, bool tellAll, Action<TargetScrape> schedule)
    {
        var missing = new HashSet<ScrapeTarget>(_scrapes.Keys);
        _labels.Clear();
        foreach (ScrapeTarget target in wanted)
        {
            _labels.Add(target.Labels);
            missing.Remove(target);
            if (!_scrapes.TryGetValue(target, out TargetScrape? scrape))
            {
                scrape = new TargetScrape(target, services);
                _scrapes.Add(target, scrape);
                schedule(scrape);
                continue;
            }
            bool isElsewhen = scrape.IsRetired || scrape.Target.Interval != target.Interval;
            scrape.Target = target;
            scrape.IsRetired = false;
            if (tellAll)
            {
                scrape.TellAll();
            }
            if (isElsewhen)
            {
                schedule(scrape);
            }
        }
        foreach (ScrapeTarget target in missing)
        {
            _scrapes[target].IsRetired = true;
        }
    }

    /// <summary>Lets go of a target that was taken away; false where it has come back.</summary>
    /// <param name="scrape">The target.</param>
    /// <param name="goesOn">Another target with the same labels is scraped: its series are the same and must not be ended.</param>
    public bool TryRemove(TargetScrape scrape, out bool goesOn)
    {
        goesOn = _labels.Contains(scrape.Target.Labels);
        if (!scrape.IsRetired || !_scrapes.Remove(scrape.Target))
        {
            return false;
        }
        if (scrape.Last is { IsUp: false })
        {
            services.Metrics.Down.Add(-1);
        }
        return true;
    }

    /// <summary>The targets that arguments ask for, each once.</summary>
    /// <param name="arguments">The arguments.</param>
    /// <param name="job">Value of the <c>job</c> label where a target has none.</param>
    public static TargetResolution Resolve(PrometheusScrape.Arguments arguments, string job)
    {
        var resolution = new TargetResolution(arguments.Targets.Count);
        foreach (Target given in arguments.Targets)
        {
            if (!ScrapeTarget.TryCreate(given.Labels, arguments, job, out ScrapeTarget? target, out string? error))
            {
                resolution.Errors.Add($"cannot scrape target {given.Labels}: {error}");
                resolution.Dropped.Add(given.Labels);
            }
            else if (!resolution.Targets.Add(target))
            {
                resolution.Repeated.Add(target);
                resolution.Dropped.Add(given.Labels);
            }
        }
        return resolution;
    }
}
