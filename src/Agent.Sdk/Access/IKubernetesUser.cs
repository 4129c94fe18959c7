namespace Agent.Sdk.Access;

/// <summary>A component that acts on the Kubernetes API with the identity of the agent's pod says which rights that takes.</summary>
public interface IKubernetesUser
{
    /// <summary>The rights that a component with these arguments needs; whatever is not known counts as anything that it could be.</summary>
    static abstract IEnumerable<AccessRule> Access(AccessQuery query);
}
