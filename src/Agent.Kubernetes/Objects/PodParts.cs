using System.Text.Json;
using Agent.Kubernetes.Json;

namespace Agent.Kubernetes.Objects;

/// <summary>What has been read of a pod: containers and their statuses stand apart, in either order.</summary>
internal struct PodParts : IObjectParts
{
    public string? NodeName;
    public string? Phase;
    public string? PodIP;
    public string? HostIP;
    public string? Ready;
    public IReadOnlyList<Container>? Containers;
    public IReadOnlyList<Container>? InitContainers;
    public IReadOnlyList<Container>? EphemeralContainers;
    public IReadOnlyList<ContainerStatus>? Statuses;
    public IReadOnlyList<ContainerStatus>? InitStatuses;
    public IReadOnlyList<ContainerStatus>? EphemeralStatuses;

    public bool ReadSpec(ref Utf8JsonReader json)
    {
        if (json.ValueTextEquals("nodeName"u8))
        {
            NodeName = JsonFields.Name(ref json);
        }
        else if (json.ValueTextEquals("containers"u8))
        {
            Containers = Items.Read(ref json, Container.Read);
        }
        else if (json.ValueTextEquals("initContainers"u8))
        {
            InitContainers = Items.Read(ref json, Container.Read);
        }
        else if (json.ValueTextEquals("ephemeralContainers"u8))
        {
            EphemeralContainers = Items.Read(ref json, Container.Read);
        }
        else
        {
            return false;
        }
        return true;
    }

    public bool ReadStatus(ref Utf8JsonReader json)
    {
        if (json.ValueTextEquals("phase"u8))
        {
            Phase = JsonFields.Name(ref json);
        }
        else if (json.ValueTextEquals("podIP"u8))
        {
            PodIP = JsonFields.Text(ref json);
        }
        else if (json.ValueTextEquals("hostIP"u8))
        {
            HostIP = JsonFields.Name(ref json);
        }
        else if (json.ValueTextEquals("conditions"u8))
        {
            Ready = Items.Read(ref json, Condition.Read).FirstOrDefault(static condition => condition.Type == "Ready").Status;
        }
        else if (json.ValueTextEquals("containerStatuses"u8))
        {
            Statuses = Items.Read(ref json, ContainerStatus.Read);
        }
        else if (json.ValueTextEquals("initContainerStatuses"u8))
        {
            InitStatuses = Items.Read(ref json, ContainerStatus.Read);
        }
        else if (json.ValueTextEquals("ephemeralContainerStatuses"u8))
        {
            EphemeralStatuses = Items.Read(ref json, ContainerStatus.Read);
        }
        else
        {
            return false;
        }
        return true;
    }
}
