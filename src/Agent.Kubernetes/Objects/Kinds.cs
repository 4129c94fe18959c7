namespace Agent.Kubernetes.Objects;

/// <summary>The kinds of objects in use.</summary>
public static class Kinds
{
    public static ResourceKind<Pod> Pods { get; } = new("v1", "pods", IsNamespaced: true, Pod.Read) { Sharing = Pod.Sharing };

    public static ResourceKind<Node> Nodes { get; } = new("v1", "nodes", IsNamespaced: false, Node.Read);

    public static ResourceKind<Namespace> Namespaces { get; } = new("v1", "namespaces", IsNamespaced: false, Namespace.Read);

    public static ResourceKind<Service> Services { get; } = new("v1", "services", IsNamespaced: true, Service.Read);

    public static ResourceKind<Endpoints> Endpoints { get; } = new("v1", "endpoints", IsNamespaced: true, Objects.Endpoints.Read);

    public static ResourceKind<EndpointSlice> EndpointSlices { get; } =
        new("discovery.k8s.io/v1", "endpointslices", IsNamespaced: true, EndpointSlice.Read);

    public static ResourceKind<Ingress> Ingresses { get; } = new("networking.k8s.io/v1", "ingresses", IsNamespaced: true, Ingress.Read);
}
