using System.Text;
using Agent.Kubernetes.Objects;
using Agent.Telemetry;

namespace Agent.Components.Loki.SourcePodlogs;

/// <summary>The labels that rules of a resource can use.</summary>
internal static class PodMetaLabels
{
    private const string Prefix = "__meta_kubernetes_";

    /// <summary>Of the resource.</summary>
    public static LabelSet Of(PodLogsResource resource)
    {
        var labels = new LabelSetBuilder();
        labels.Set($"{Prefix}podlogs_namespace", resource.Metadata.Namespace);
        labels.Set($"{Prefix}podlogs_name", resource.Metadata.Name);
        AddPairs(labels, "podlogs", resource.Metadata);
        return labels.ToLabelSet();
    }

    /// <summary>Of a pod and its namespace, beside those of the resource.</summary>
    public static LabelSet Of(LabelSet ofResource, Pod pod, Namespace inNamespace)
    {
        var labels = new LabelSetBuilder(ofResource);
        ObjectMeta metadata = pod.Metadata;
        labels.Set($"{Prefix}namespace", metadata.Namespace);
        AddPairs(labels, "namespace", inNamespace.Metadata);
        labels.Set($"{Prefix}pod_uid", metadata.Uid);
        labels.Set($"{Prefix}pod_name", metadata.Name);
        labels.Set($"{Prefix}pod_node_name", pod.NodeName);
        labels.Set($"{Prefix}pod_ip", pod.PodIP);
        labels.Set($"{Prefix}pod_host_ip", pod.HostIP);
        labels.Set($"{Prefix}pod_ready", pod.Ready.Length > 0 ? pod.Ready.ToLowerInvariant() : "unknown");
        labels.Set($"{Prefix}pod_phase", pod.Phase);
        AddPairs(labels, "pod", metadata);
        foreach (OwnerReference owner in metadata.Owners)
        {
            if (owner.IsController)
            {
                labels.Set($"{Prefix}pod_controller_kind", owner.Kind);
                labels.Set($"{Prefix}pod_controller_name", owner.Name);
                break;
            }
        }
        labels.Set("__pod_namespace__", metadata.Namespace);
        labels.Set("__pod_name__", metadata.Name);
        labels.Set("__pod_uid__", metadata.Uid);
        return labels.ToLabelSet();
    }

    /// <summary>Of a container, beside those of its pod.</summary>
    public static LabelSet Of(LabelSet ofPod, Container container, bool isInit)
    {
        var labels = new LabelSetBuilder(ofPod);
        labels.Set($"{Prefix}pod_container_init", isInit ? "true" : "false");
        labels.Set($"{Prefix}pod_container_name", container.Name);
        labels.Set($"{Prefix}pod_container_image", container.Image);
        labels.Set("__pod_container_name__", container.Name);
        labels.Set("instance", $"{ofPod["__pod_namespace__"]}/{ofPod["__pod_name__"]}:{container.Name}");
        labels.Set("job", $"{ofPod[$"{Prefix}podlogs_namespace"]}/{ofPod[$"{Prefix}podlogs_name"]}");
        return labels.ToLabelSet();
    }

    private static void AddPairs(LabelSetBuilder labels, string resource, ObjectMeta metadata)
    {
        AddPairs(labels, $"{Prefix}{resource}_label", metadata.Labels);
        AddPairs(labels, $"{Prefix}{resource}_annotation", metadata.Annotations);
    }

    private static void AddPairs(LabelSetBuilder labels, string kind, IEnumerable<KeyValuePair<string, string>> pairs)
    {
        foreach ((string key, string value) in pairs)
        {
            string name = Allowed(key);
            labels.Set($"{kind}_{name}", value);
            labels.Set($"{kind}present_{name}", "true");
        }
    }

    /// <summary>Whatever may not stand in a label's name becomes an underscore.</summary>
    private static string Allowed(string name)
    {
        var allowed = new StringBuilder(name.Length);
        foreach (Rune rune in name.EnumerateRunes())
        {
            allowed.Append(rune.IsAscii && (char.IsAsciiLetterOrDigit((char)rune.Value) || rune.Value == '_') ? (char)rune.Value : '_');
        }
        return allowed.ToString();
    }
}
