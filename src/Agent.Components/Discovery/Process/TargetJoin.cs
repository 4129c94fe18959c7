using Agent.Telemetry;

namespace Agent.Components.Discovery.Process;

/// <summary>Joins processes with targets of their containers.</summary>
internal static class TargetJoin
{
    private static readonly string[] Runtimes = ["docker://", "containerd://", "cri-o://"];

    /// <summary>Processes with the labels of the target of their container, and all those targets themselves.</summary>
    public static List<Target> Join(IReadOnlyCollection<Target> processes, IReadOnlyCollection<Target> containers)
    {
        var joined = new List<Target>(processes.Count + containers.Count);
        var byContainer = new Dictionary<string, Target>(StringComparer.Ordinal);
        foreach (Target container in containers)
        {
            string id = ContainerOf(container);
            if (id.Length > 0)
            {
                byContainer[id] = container;
            }
            else
            {
                joined.Add(container);
            }
        }
        foreach (Target process in processes)
        {
            string id = ContainerOf(process);
            joined.Add(id.Length > 0 && byContainer.TryGetValue(id, out Target? container) ? Merge(process, container) : process);
        }
        joined.AddRange(byContainer.Values);
        return joined;
    }

    private static Target Merge(Target process, Target container)
    {
        var labels = new LabelSetBuilder(process.Labels);
        foreach (Label label in container.Labels)
        {
            labels.Set(label.Name, label.Value);
        }
        return new Target(labels.ToLabelSet());
    }

    private static string ContainerOf(Target target)
    {
        if (target["__container_id__"] is { Length: > 0 } id)
        {
            return id;
        }
        if (target["__meta_kubernetes_pod_container_id"] is { Length: > 0 } kubernetes)
        {
            string? runtime = Array.Find(Runtimes, runtime => kubernetes.StartsWith(runtime, StringComparison.Ordinal));
            return runtime is null ? "" : kubernetes[runtime.Length..];
        }
        return target["__meta_docker_container_id"];
    }
}
