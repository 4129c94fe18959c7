namespace Agent.Components.Discovery.Kubernetes;

internal static class KubernetesRoles
{
    /// <summary>As users write it.</summary>
    public static string NameOf(KubernetesRole role) => role.ToString().ToLowerInvariant();
}
