using Agent.Components.Discovery.Kubernetes.Roles;

namespace Agent.Components.Discovery.Kubernetes.Pushdown;

/// <summary>A field of objects that the API server can select by.</summary>
internal enum ObjectField
{
    Node,
    Namespace,
    Phase,
}

/// <summary>Which labels hold a field of the object that their target is made of.</summary>
internal static class ObjectFields
{
    private const string NodeName = MetaNames.Prefix + "node_name";

    /// <param name="role">What is discovered.</param>
    /// <param name="attachNode">Whether labels of nodes are attached.</param>
    public static Dictionary<string, ObjectField> Of(KubernetesRole role, bool attachNode)
    {
        var labels = new Dictionary<string, ObjectField>(StringComparer.Ordinal);
        switch (role)
        {
            case KubernetesRole.Node:
                labels[NodeName] = ObjectField.Node;
                labels["instance"] = ObjectField.Node;
                return labels;
            case KubernetesRole.Pod:
                labels[PodLabels.NodeName] = ObjectField.Node;
                labels[PodLabels.Phase] = ObjectField.Phase;
                if (attachNode)
                {
                    // A pod has targets only where its node is known, and then under the very name that the pod gives.
                    labels[NodeName] = ObjectField.Node;
                }
                break;
            case KubernetesRole.Endpoints or KubernetesRole.EndpointSlice:
                // Pods are watched for their labels alone: an address whose pod is not among them has no such label, and whoever keeps a
                // node drops it either way. A phase is dropped by name, and none is no such name: so phases are not pushed here.
                labels[PodLabels.NodeName] = ObjectField.Node;
                break;
        }
        labels[MetaLabels.Namespace] = ObjectField.Namespace;
        return labels;
    }
}
