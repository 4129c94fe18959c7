using Agent.Kubernetes.Objects;
using Agent.Telemetry;

namespace Agent.Components.Discovery.Kubernetes.Roles;

/// <summary>Makes the targets of one role. Belongs to one thread.</summary>
internal interface IRoleTargets<in T>
    where T : class, IKubernetesObject
{
    /// <summary>Appends the targets of one object, in an order that depends on nothing else.</summary>
    void Build(T item, ClusterView cluster, List<Target> targets);

    /// <summary>Whether targets of the object have to be made again.</summary>
    bool IsConcerned(T item, RelatedChanges changes);
}
