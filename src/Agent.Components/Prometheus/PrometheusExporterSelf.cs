using Agent.Components.Prometheus.Exporter;
using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Http;
using Agent.Sdk.Metrics;
using Agent.Telemetry;

namespace Agent.Components.Prometheus;

/// <summary>Exposes the agent's own metrics, those of its <c>/metrics</c> page.</summary>
/// <example>prometheus.exporter.self "example" { }</example>
[Component("prometheus.exporter.self")]
public sealed class PrometheusExporterSelf(ComponentContext context) : IComponent<PrometheusExporterSelf.Arguments>, IHttpHandler, IMetricPage
{
    private readonly ExporterTargets _targets = new(context, "self");

    public sealed record Arguments;

    /// <param name="Targets">The agent's own metrics, to be scraped.</param>
    public sealed record Exports(ValueList<Target> Targets);

    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop)
    {
        context.Export(new Exports(_targets.One()));
        return ValueTask.CompletedTask;
    }

    public Task RunAsync(CancellationToken stop) => Task.CompletedTask;

    public ValueTask HandleAsync(LocalRequest request, LocalReply reply, CancellationToken stop) =>
        ExporterPage.HandleAsync(this, request, reply, stop);

    ValueTask IMetricPage.WriteAsync(LocalRequest request, LocalReply reply, CancellationToken stop)
    {
        var writer = new MetricTextWriter(reply.Body);
        foreach (MetricFamily family in context.Metrics.Registry.Families())
        {
            writer.Write(family);
        }
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
