namespace Agent.Kubernetes.Objects;

/// <summary>A decoded object: immutable, and only the fields in use.</summary>
public interface IKubernetesObject
{
    ObjectMeta Metadata { get; }
}
