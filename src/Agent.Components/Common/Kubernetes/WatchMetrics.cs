using Agent.Kubernetes.Objects;
using Agent.Kubernetes.Watching;
using Agent.Sdk.Metrics;

namespace Agent.Components.Common.Kubernetes;

/// <summary>Self-metrics of one shared watch; they carry no component, because it belongs to several.</summary>
internal static class WatchMetrics
{
    /// <returns>The scope that the series live in; whoever disposes of the watch disposes of it.</returns>
    public static MetricScope Register<T>(MetricRegistry registry, IResourceWatch<T> watch, string resource, WatchScope scope)
        where T : class, IKubernetesObject
    {
        MetricScope metrics = registry.Scope(
            new("resource", resource),
            new("namespace", scope.Namespace ?? ""),
            new("label_selector", scope.LabelSelector),
            new("field_selector", scope.FieldSelector));
        metrics.ObservedGauge("kubernetes_watch_objects", "Objects that a shared watch knows.", () => watch.Objects.Count);
        metrics.ObservedGauge("kubernetes_watch_healthy", "Whether a shared watch gets what it asks for.", () => watch.Status.IsHealthy ? 1 : 0);
        metrics.ObservedCounter("kubernetes_watch_lists_total", "Full lists that a shared watch has taken.", () => watch.Status.Lists);
        metrics.ObservedCounter(
            "kubernetes_watch_resumes_total", "Watches that went on where the one before had ended.", () => watch.Status.Resumes);
        metrics.ObservedCounter("kubernetes_watch_read_bytes_total", "Bytes of lists and events that were read.", () => watch.Status.BytesRead);
        Skipped(metrics, "too_large", () => watch.Status.Skipped.TooLarge);
        Skipped(metrics, "unnamed", () => watch.Status.Skipped.Unnamed);
        Skipped(metrics, "other_kind", () => watch.Status.Skipped.OtherKind);
        return metrics;
    }

    private static void Skipped(MetricScope metrics, string reason, Func<double> read) =>
        metrics.ObservedCounter("kubernetes_watch_skipped_objects_total", "Objects that could not be taken.", read, ("reason", reason));
}
