using System.Globalization;
using Agent.Telemetry;

namespace Agent.Components.Discovery.Consul;

/// <summary>Makes targets of the instances of services, as Prometheus does.</summary>
internal sealed class ConsulTargets(string datacenter, string tagSeparator)
{
    private const string Prefix = "__meta_consul_";

    public Target Of(string name, ConsulEntry instance)
    {
        ConsulService service = instance.Service ?? new ConsulService();
        string address = instance.Node?.Address ?? "";
        string port = service.Port.ToString(CultureInfo.InvariantCulture);
        var labels = new LabelSetBuilder();
        Add(labels, "metadata_", instance.Node?.Meta);
        Add(labels, "service_metadata_", service.Meta);
        Add(labels, "tagged_address_", instance.Node?.TaggedAddresses);
        // A service may be registered through another node than the one that it runs on.
        labels.Set(TargetText.Address, TargetText.HostAndPort(service.Address is { Length: > 0 } own ? own : address, service.Port));
        labels.Set(Prefix + "address", address);
        labels.Set(Prefix + "dc", datacenter);
        labels.Set(Prefix + "health", instance.Health);
        labels.Set(Prefix + "namespace", service.Namespace ?? "");
        labels.Set(Prefix + "node", instance.Node?.Name ?? "");
        labels.Set(Prefix + "partition", service.Partition ?? "");
        labels.Set(Prefix + "service", name);
        labels.Set(Prefix + "service_address", service.Address ?? "");
        labels.Set(Prefix + "service_id", service.Id ?? "");
        labels.Set(Prefix + "service_port", port);
        // With separators around it, so that patterns need not care where in the list a tag stands.
        labels.Set(Prefix + "tags", tagSeparator + string.Join(tagSeparator, service.Tags ?? []) + tagSeparator);
        return new Target(labels.ToLabelSet());
    }

    private static void Add(LabelSetBuilder labels, string prefix, Dictionary<string, string>? from)
    {
        foreach ((string name, string value) in from ?? [])
        {
            labels.Set(Prefix + prefix + TargetText.LabelName(name), value);
        }
    }
}
