using System.Text.Json;
using Agent.Kubernetes.Json;

namespace Agent.Kubernetes.Objects;

/// <summary>What has been read of a service.</summary>
internal struct ServiceParts : IObjectParts
{
    public string? Type;
    public string? ClusterIP;
    public string? ExternalName;
    public string? LoadBalancerIP;
    public string? FamilyPolicy;
    public IReadOnlyList<string>? LoadBalancerIPs;
    public IReadOnlyList<string>? Families;
    public IReadOnlyList<NamedPort>? Ports;

    public bool ReadSpec(ref Utf8JsonReader json)
    {
        if (json.ValueTextEquals("type"u8))
        {
            Type = JsonFields.Name(ref json);
        }
        else if (json.ValueTextEquals("clusterIP"u8))
        {
            ClusterIP = JsonFields.Text(ref json);
        }
        else if (json.ValueTextEquals("externalName"u8))
        {
            ExternalName = JsonFields.Text(ref json);
        }
        else if (json.ValueTextEquals("loadBalancerIP"u8))
        {
            LoadBalancerIP = JsonFields.Text(ref json);
        }
        else if (json.ValueTextEquals("ipFamilyPolicy"u8))
        {
            FamilyPolicy = JsonFields.Name(ref json);
        }
        else if (json.ValueTextEquals("ipFamilies"u8))
        {
            Families = Items.Names(ref json);
        }
        else if (json.ValueTextEquals("ports"u8))
        {
            Ports = Items.Read(ref json, NamedPort.OfService);
        }
        else
        {
            return false;
        }
        return true;
    }

    public bool ReadStatus(ref Utf8JsonReader json)
    {
        if (json.ValueTextEquals("loadBalancer"u8))
        {
            ReadBalancer(ref json);
        }
        else
        {
            return false;
        }
        return true;
    }

    private void ReadBalancer(ref Utf8JsonReader json)
    {
        if (!JsonFields.EnterObject(ref json))
        {
            return;
        }
        while (JsonFields.Next(ref json))
        {
            if (json.ValueTextEquals("ingress"u8))
            {
                LoadBalancerIPs = [.. Items.Read(ref json, ReadAddress).Where(static address => address.Length > 0)];
            }
            else
            {
                JsonFields.Skip(ref json);
            }
        }
    }

    private static string ReadAddress(ref Utf8JsonReader json)
    {
        string address = "";
        while (JsonFields.Next(ref json))
        {
            if (json.ValueTextEquals("ip"u8))
            {
                address = JsonFields.Text(ref json) ?? "";
            }
            else
            {
                JsonFields.Skip(ref json);
            }
        }
        return address;
    }
}
