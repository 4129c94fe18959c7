using Agent.Components.Prometheus.Exporter;
using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;
using Agent.Sdk.Http;
using Agent.Telemetry;

namespace Agent.Components.Prometheus.ExporterUnix;

/// <summary>Exposes metrics of the host's hardware and operating system, as node_exporter does.</summary>
/// <example>prometheus.exporter.unix "demo" { }</example>
[Component("prometheus.exporter.unix")]
public sealed class PrometheusExporterUnix(ComponentContext context) : IComponent<PrometheusExporterUnix.Arguments>, IHttpHandler
{
    private readonly ExporterTargets _targets = new(context, "unix");
    private UnixPage? _page;

    public sealed record Arguments : IValidated
    {
        [Flatten] public UnixExporterOptions Options { get; init; } = new();

        public void Validate(ValidationContext context) => UnixExporterRules.Check(Options, context);
    }

    /// <param name="Targets">The metrics of the host, to be scraped.</param>
    public sealed record Exports(ValueList<Target> Targets);

    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop)
    {
        Use(new UnixPage(arguments.Options, context));
        context.Export(new Exports(_targets.One()));
        return ValueTask.CompletedTask;
    }

    public Task RunAsync(CancellationToken stop) => Task.CompletedTask;

    public ValueTask HandleAsync(LocalRequest request, LocalReply reply, CancellationToken stop) =>
        ExporterPage.HandleAsync(Volatile.Read(ref _page)!, request, reply, stop);

    public ValueTask DisposeAsync()
    {
        Use(null);
        return ValueTask.CompletedTask;
    }

    // A scrape in progress, which may hang on a mount, ends with the collectors it began with.
    private void Use(UnixPage? page) => _ = Interlocked.Exchange(ref _page, page)?.CloseAsync();
}
