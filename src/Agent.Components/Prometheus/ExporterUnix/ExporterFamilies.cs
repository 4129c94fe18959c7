namespace Agent.Components.Prometheus.ExporterUnix;

/// <summary>Metrics of the exporter itself, under the names that dashboards find hosts by.</summary>
/// <param name="withScrapes">Count scrapes, as <c>include_exporter_metrics</c> asks.</param>
internal sealed class ExporterFamilies(bool withScrapes)
{
    private static readonly Family Errors = Family.Counter(
        "promhttp_metric_handler_errors_total", "Total number of internal errors encountered by the promhttp metric handler.", "cause");
    private static readonly Family InFlight = Family.Gauge(
        "promhttp_metric_handler_requests_in_flight", "Current number of scrapes being served.");
    private static readonly Family Requests = Family.Counter(
        "promhttp_metric_handler_requests_total", "Total number of scrapes by HTTP status code.", "code");

    private readonly BuildFamily _build = new("node_exporter");
    private int _inFlight;
    private long _succeeded;
    private long _refused;

    public void Begin() => Interlocked.Increment(ref _inFlight);

    /// <summary>A scrape has been answered, or given up.</summary>
    public void End(int status)
    {
        Interlocked.Decrement(ref _inFlight);
        Interlocked.Increment(ref status == 200 ? ref _succeeded : ref _refused);
    }

    public void Write(FamilyWriter output)
    {
        _build.Write(output);
        // A collector that fails is reported by its own metrics: there is nothing that could go wrong here.
        output.Write(Errors, 0, "encoding");
        output.Write(Errors, 0, "gathering");
        if (withScrapes)
        {
            output.Write(InFlight, Volatile.Read(ref _inFlight));
            output.Write(Requests, Volatile.Read(ref _succeeded), "200");
            output.Write(Requests, 0, "500");
            output.Write(Requests, Volatile.Read(ref _refused), "503");
        }
    }
}
