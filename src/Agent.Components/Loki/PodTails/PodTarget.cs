using Agent.Telemetry;

namespace Agent.Components.Loki.PodTails;

/// <summary>A container to read, and the stream that its lines are sent as.</summary>
/// <param name="Container">What to read.</param>
/// <param name="Labels">The stream.</param>
/// <param name="Discovered">All labels as discovery found them.</param>
internal sealed record PodTarget(PodContainer Container, LabelSet Labels, LabelSet Discovered)
{
    private const string MetaPrefix = "__meta_";

    // The kubelet names the folder of a static pod's logs after the hash of its manifest, not after the uid that the API gave it.
    private const string ConfigHashLabel = "__meta_kubernetes_pod_annotation_kubernetes_io_config_hash";

    /// <summary>By what else than its uid the kubelet may know the pod; empty for none.</summary>
    public string ConfigHash => Discovered[ConfigHashLabel];

    /// <summary>Finds out which container labels speak of, and which of them are sent.</summary>
    /// <param name="labels">After relabelling.</param>
    /// <param name="discovered">Before it.</param>
    /// <param name="options">The label <c>job</c> where there is none, and whether labels of discovery are sent as well.</param>
    /// <param name="error">Why there is no target.</param>
    public static PodTarget? Of(LabelSet labels, LabelSet discovered, (string Job, bool KeepsMeta) options, out string error)
    {
        var container = new PodContainer(
            First(labels, "__pod_namespace__", "__meta_kubernetes_namespace"),
            First(labels, "__pod_name__", "__meta_kubernetes_pod_name"),
            First(labels, "__pod_container_name__", "__meta_kubernetes_pod_container_name"),
            First(labels, "__pod_uid__", "__meta_kubernetes_pod_uid"));
        error = Missing(container) is { } missing ? $"missing pod {missing} label" : "";
        if (error.Length > 0)
        {
            return null;
        }
        var shown = new LabelSetBuilder(labels);
        shown.RemoveAll(label => label.Name.StartsWith("__", StringComparison.Ordinal)
            && !(options.KeepsMeta && label.Name.StartsWith(MetaPrefix, StringComparison.Ordinal)));
        if (!labels.Contains("job"))
        {
            shown.Set("job", options.Job);
        }
        if (!labels.Contains("instance"))
        {
            shown.Set("instance", container.Name);
        }
        return new PodTarget(container, shown.ToLabelSet(), discovered);
    }

    private static string First(LabelSet labels, string name, string otherwise) => labels[name] is { Length: > 0 } value ? value : labels[otherwise];

    private static string? Missing(PodContainer container) => container switch
    {
        { Namespace: "" } => "namespace",
        { Pod: "" } => "name",
        { Container: "" } => "container name",
        { Uid: "" } => "UID",
        _ => null,
    };
}
