using System.Buffers;
using System.Text;
using Agent.Components.Prometheus.Exporter;
using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;
using Agent.Sdk.Http;
using Agent.Telemetry;
using Agent.Wire.Exposition;

namespace Agent.Components.Prometheus;

/// <summary>Exposes metrics that stand in the configuration.</summary>
/// <example>prometheus.exporter.static "test" {
///   text = "app_info{version=\"1.2\"} 1\n"
/// }</example>
[Component("prometheus.exporter.static", Stability = Stability.Experimental)]
public sealed class PrometheusExporterStatic(ComponentContext context) : IComponent<PrometheusExporterStatic.Arguments>, IHttpHandler, IMetricPage
{
    private readonly ExporterTargets _targets = new(context, "static");
    private volatile byte[] _text = [];

    public sealed record Arguments : IValidated
    {
        /// <summary>The metrics, in the Prometheus text format.</summary>
        public required string Text { get; init; }

        public void Validate(ValidationContext context)
        {
            using var scratch = new ExpositionScratch();
            using var labels = new SeriesLabels();
            var reader = new PrometheusTextReader(Encode(Text), scratch);
            bool good = true;
            while (good && reader.Next())
            {
                good = reader.Entry != ExpositionEntry.Series || reader.TryReadLabels(labels);
            }
            if (reader.Error is { } error)
            {
                context.Error("text", $"failed to parse prom text: {error}");
            }
        }
    }

    /// <param name="Targets">The metrics, to be scraped.</param>
    public sealed record Exports(ValueList<Target> Targets);

    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop)
    {
        _text = Encode(arguments.Text);
        context.Export(new Exports(_targets.One(context.GlobalId)));
        return ValueTask.CompletedTask;
    }

    public Task RunAsync(CancellationToken stop) => Task.CompletedTask;

    public ValueTask HandleAsync(LocalRequest request, LocalReply reply, CancellationToken stop) =>
        ExporterPage.HandleAsync(this, request, reply, OpenMetricsUse.WherePreferred, stop);

    ValueTask IMetricPage.WriteAsync(LocalRequest request, LocalReply reply, CancellationToken stop)
    {
        reply.Body.Write(_text);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>The last line may lack its end, as lines of raw strings do.</summary>
    private static byte[] Encode(string text) => Encoding.UTF8.GetBytes(text.Length == 0 || text.EndsWith('\n') ? text : text + "\n");
}
