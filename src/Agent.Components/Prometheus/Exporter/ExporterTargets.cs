using Agent.Sdk;
using Agent.Sdk.Http;
using Agent.Telemetry;

namespace Agent.Components.Prometheus.Exporter;

/// <summary>The targets that an exporter exports: its own page, which a scrape reaches without a socket.</summary>
/// <param name="context">The component.</param>
/// <param name="name">Names the job, which is <c>integrations/NAME</c>.</param>
internal sealed class ExporterTargets(ComponentContext context, string name)
{
    public const string Page = "metrics";

    /// <summary>The name of the host as Alloy tells it: a container's HOSTNAME comes first.</summary>
    public static string HostName { get; } =
        Environment.GetEnvironmentVariable("HOSTNAME") is { Length: > 0 } given ? given : Environment.MachineName;

    /// <summary>The labels of the target.</summary>
    /// <param name="instance">What is exported; the host by default.</param>
    public LabelSet Labels(string? instance = null)
    {
        string id = context.GlobalId;
        var labels = new LabelSetBuilder();
        labels.Set("__address__", context.Local.Address);
        labels.Set("__scheme__", "http");
        labels.Set("__metrics_path__", LocalHttp.PathOf(id, Page));
        labels.Set("__meta_component_id", id);
        // Of a component with a label its name is what stands before it.
        labels.Set("__meta_component_name", context.Label.Length > 0 ? id[..id.LastIndexOf('.')] : id);
        labels.Set("instance", instance ?? HostName);
        labels.Set("job", "integrations/" + name);
        return labels.ToLabelSet();
    }

    /// <summary>The one target of an exporter that has no more.</summary>
    public ValueList<Target> One(string? instance = null) => [new Target(Labels(instance))];
}
