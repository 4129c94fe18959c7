using System.Globalization;
using Agent.Components.Loki.PodTails;
using Agent.Kubernetes.Objects;
using Agent.Telemetry;

namespace Agent.Components.Loki.SourcePodlogs;

/// <summary>Finds the containers that resources select, in what is known of the cluster at one moment.</summary>
internal sealed class PodLogsSearch(LokiSourcePodlogs.Arguments arguments, TimeProvider time)
{
    private readonly LabelSelection _selector = arguments.Selector.ToSelection();
    private readonly LabelSelection _namespaces = arguments.NamespaceSelector.ToSelection();

    public List<FoundPodLogs> Find(
        IReadOnlyDictionary<string, PodLogsResource> resources, IReadOnlyDictionary<string, Pod> pods, IReadOnlyDictionary<string, Namespace> namespaces)
    {
        var found = new List<FoundPodLogs>();
        foreach (PodLogsResource resource in resources.OrderBy(static pair => pair.Key, StringComparer.Ordinal).Select(static pair => pair.Value))
        {
            if (_selector.Matches(resource.Metadata.Labels)
                && namespaces.TryGetValue(resource.Metadata.Namespace, out Namespace? own) && _namespaces.Matches(own.Metadata.Labels))
            {
                found.Add(FindFor(resource, pods, namespaces));
            }
        }
        return found;
    }

    private FoundPodLogs FindFor(PodLogsResource resource, IReadOnlyDictionary<string, Pod> pods, IReadOnlyDictionary<string, Namespace> namespaces)
    {
        string now = time.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
        var found = new FoundPodLogs(resource.Metadata, now) { Fault = resource.Fault ?? "" };
        if (resource.Fault is not null)
        {
            return found;
        }
        LabelSet ofResource = PodMetaLabels.Of(resource);
        foreach (Pod pod in pods.Values)
        {
            if (!resource.Selector.Matches(pod.Metadata.Labels) || !namespaces.TryGetValue(pod.Metadata.Namespace, out Namespace? own)
                || !resource.NamespaceSelector.Matches(own.Metadata.Labels))
            {
                continue;
            }
            LabelSet ofPod = PodMetaLabels.Of(ofResource, pod, own);
            foreach (Container container in pod.InitContainers)
            {
                found.Containers.Add(Of(resource, pod, container, PodMetaLabels.Of(ofPod, container, isInit: true)));
            }
            foreach (Container container in pod.Containers)
            {
                found.Containers.Add(Of(resource, pod, container, PodMetaLabels.Of(ofPod, container, isInit: false)));
            }
        }
        return found;
    }

    private FoundContainer Of(PodLogsResource resource, Pod pod, Container container, LabelSet discovered)
    {
        var labels = new LabelSetBuilder(discovered);
        if (!resource.Rules.Apply(labels))
        {
            return new FoundContainer(pod.Metadata, discovered, null, "dropped by relabelings");
        }
        string job = $"{resource.Metadata.Namespace}/{resource.Metadata.Name}:{container.Name}";
        PodTarget? target = PodTarget.Of(labels.ToLabelSet(), discovered, (job, arguments.PreserveDiscoveredLabels), out string error);
        return new FoundContainer(pod.Metadata, discovered, target, error.Length > 0 ? $"invalid labels: {error}" : "");
    }
}
