using Agent.Sdk.Http;

namespace Agent.Components.Prometheus.Exporter;

/// <summary>What an exporter answers to a scrape.</summary>
internal interface IMetricPage
{
    /// <summary>
    /// Writes metrics in the Prometheus text format 0.0.4, or says with <see cref="LocalReply.Text"/> why there are none. The rules of
    /// <see cref="IHttpHandler.HandleAsync"/> apply.
    /// </summary>
    ValueTask WriteAsync(LocalRequest request, LocalReply reply, CancellationToken stop);
}
