namespace Agent.Components.Prometheus.ExporterUnix;

/// <summary>A collector that failed in a scrape, or could read only a part. <see cref="Expected"/>: the host has nothing of the kind, which is not worth a warning.</summary>
internal readonly record struct CollectorFailure(string Collector, string Error, bool Expected);

/// <summary>Runs collectors one after the other and reports how each did.</summary>
internal sealed class CollectorSet(HostFiles files, IReadOnlyList<(string Name, IUnixCollector Collector)> collectors, TimeProvider time)
    : IDisposable
{
    private static readonly Family Duration = Family.Gauge(
        "node_scrape_collector_duration_seconds", "node_exporter: Duration of a collector scrape.", "collector");
    private static readonly Family Success = Family.Gauge(
        "node_scrape_collector_success", "node_exporter: Whether a collector succeeded.", "collector");

    private readonly NameCache _names = new();

    /// <summary>Scrapes all into <paramref name="output"/>; what a failing collector wrote before it failed stays, as in the reference.</summary>
    public IReadOnlyList<CollectorFailure> Scrape(FamilyWriter output)
    {
        var failures = new List<CollectorFailure>();
        var scrape = new CollectorScrape(files, output, _names, time);
        foreach ((string name, IUnixCollector collector) in collectors)
        {
            long start = time.GetTimestamp();
            string? error = Run(collector, scrape);
            if ((error ?? scrape.Missing ?? scrape.Warning) is { } reason)
            {
                failures.Add(new CollectorFailure(name, reason, error is null && scrape.Missing is not null));
            }
            output.Write(Duration, time.GetElapsedTime(start).TotalSeconds, name);
            output.Write(Success, error is null && scrape.Missing is null ? 1 : 0, name);
        }
        return failures;
    }

    public void Dispose()
    {
        files.Dispose();
        foreach ((_, IUnixCollector collector) in collectors)
        {
            (collector as IDisposable)?.Dispose();
        }
    }

    /// <summary>Null when the collector ran through, else why not.</summary>
    private static string? Run(IUnixCollector collector, CollectorScrape scrape)
    {
        scrape.Begin();
        try
        {
            collector.Collect(scrape);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CollectorException or FormatException
            or OverflowException or ArgumentException or IndexOutOfRangeException)
        {
            // Files of a kernel or driver nobody has seen must not take the other collectors down.
            return e.Message;
        }
    }
}
