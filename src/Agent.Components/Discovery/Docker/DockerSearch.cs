using System.Globalization;
using Agent.Telemetry;

namespace Agent.Components.Discovery.Docker;

/// <summary>Makes targets of the containers of a daemon, as Prometheus does.</summary>
internal sealed class DockerSearch(DockerApi api, DiscoveryDocker.Arguments arguments) : ITargetSearch
{
    private const string Prefix = "__meta_docker_";
    private const string SharesWith = "container:";

    public async Task RefreshAsync(FoundTargets found, CancellationToken stop)
    {
        List<DockerContainer> containers = await api.ContainersAsync(stop);
        var networks = new Dictionary<string, DockerNetwork>(StringComparer.Ordinal);
        foreach (DockerNetwork network in await api.NetworksAsync(stop))
        {
            networks[network.Id ?? ""] = network;
        }
        found.Set("", TargetsOf(containers, networks));
    }

    public void Dispose() => api.Dispose();

    private List<Target> TargetsOf(List<DockerContainer> containers, Dictionary<string, DockerNetwork> networks)
    {
        var byId = new Dictionary<string, DockerContainer>(StringComparer.Ordinal);
        containers.ForEach(container => byId[container.Id] = container);
        var targets = new List<Target>();
        foreach (DockerContainer container in containers.Where(static container => container.Names is { Count: > 0 }))
        {
            LabelSet common = LabelsOf(container);
            foreach (DockerEndpoint endpoint in EndpointsOf(container, byId))
            {
                var labels = new LabelSetBuilder(common);
                labels.Set(Prefix + "network_ip", endpoint.AnyAddress);
                if (networks.TryGetValue(endpoint.NetworkId ?? "", out DockerNetwork? network))
                {
                    AddNetwork(labels, network);
                }
                targets.AddRange(TargetsOf(container, endpoint, labels.ToLabelSet()));
            }
        }
        return targets;
    }

    private IEnumerable<Target> TargetsOf(DockerContainer container, DockerEndpoint endpoint, LabelSet common)
    {
        bool hasPort = false;
        foreach (DockerPort port in (container.Ports ?? []).Where(static port => port.Type == "tcp"))
        {
            hasPort = true;
            var labels = new LabelSetBuilder(common);
            labels.Set(Prefix + "port_private", Number(port.PrivatePort));
            if (port.PublicPort > 0)
            {
                labels.Set(Prefix + "port_public", Number(port.PublicPort));
                labels.Set(Prefix + "port_public_ip", port.Address ?? "");
            }
            labels.Set(TargetText.Address, TargetText.HostAndPort(endpoint.AnyAddress, port.PrivatePort));
            yield return new Target(labels.ToLabelSet());
        }
        if (!hasPort)
        {
            // Containers in the network of their host have no ports of their own.
            string address = container.NetworkMode == "host"
                ? arguments.HostNetworkingHost
                : TargetText.HostAndPort(endpoint.AnyAddress, arguments.Port);
            yield return new Target(common.With(TargetText.Address, address));
        }
    }

    private IEnumerable<DockerEndpoint> EndpointsOf(DockerContainer container, Dictionary<string, DockerContainer> byId)
    {
        Dictionary<string, DockerEndpoint?> networks = container.Networks;
        DockerContainer at = container;
        // A container can share the networks of another one, which can share those of a third; a ring ends after as many steps as there are.
        for (int i = 0; i < byId.Count && networks.Count == 0 && at.NetworkMode.StartsWith(SharesWith, StringComparison.Ordinal); i++)
        {
            if (!byId.TryGetValue(at.NetworkMode[SharesWith.Length..], out DockerContainer? other))
            {
                break;
            }
            at = other;
            networks = other.Networks;
        }
        IEnumerable<DockerEndpoint> endpoints = networks
            .Where(static network => network.Value is not null)
            .OrderBy(static network => network.Key, StringComparer.Ordinal)
            .Select(static network => network.Value!);
        return arguments.MatchFirstNetwork ? endpoints.Take(1) : endpoints;
    }

    private static LabelSet LabelsOf(DockerContainer container)
    {
        var labels = new LabelSetBuilder();
        AddLabels(labels, Prefix + "container_label_", container.Labels);
        labels.Set(Prefix + "container_id", container.Id);
        labels.Set(Prefix + "container_name", container.Names![0]);
        labels.Set(Prefix + "container_network_mode", container.NetworkMode);
        labels.Set(Prefix + "container_image", container.Image ?? "");
        labels.Set(Prefix + "container_image_id", container.ImageId ?? "");
        return labels.ToLabelSet();
    }

    private static void AddNetwork(LabelSetBuilder labels, DockerNetwork network)
    {
        AddLabels(labels, Prefix + "network_label_", network.Labels);
        labels.Set(Prefix + "network_id", network.Id ?? "");
        labels.Set(Prefix + "network_name", network.Name ?? "");
        labels.Set(Prefix + "network_scope", network.Scope ?? "");
        labels.Set(Prefix + "network_internal", network.Internal ? "true" : "false");
        labels.Set(Prefix + "network_ingress", network.Ingress ? "true" : "false");
    }

    private static void AddLabels(LabelSetBuilder labels, string prefix, Dictionary<string, string>? from)
    {
        foreach ((string name, string value) in from ?? [])
        {
            labels.Set(prefix + TargetText.LabelName(name), value);
        }
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
