using Agent.Sdk.Declarations;

namespace Agent.Components.Discovery.Kubernetes;

/// <summary>Which objects of a cluster become targets.</summary>
public enum KubernetesRole
{
    Node,
    Pod,
    Service,
    Endpoints,

    [Name("endpointslice")]
    EndpointSlice,

    Ingress,
}
