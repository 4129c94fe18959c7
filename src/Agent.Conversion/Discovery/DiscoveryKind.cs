using Agent.Conversion.Diagnostics;
using Agent.Conversion.Shared;
using Agent.Conversion.Yaml;

namespace Agent.Conversion.Discovery;

/// <summary>A kind of service discovery.</summary>
/// <param name="Name">The name in front of <c>_sd_configs</c> and of the component.</param>
/// <param name="Type">The name of the type that errors show.</param>
/// <param name="Write">Writes the component's arguments; null for a kind without component.</param>
/// <param name="Validate">Finds what has no counterpart.</param>
internal sealed record DiscoveryKind(string Name, string Type, Action<DiscoverySection>? Write, Action<YamlMap, Findings>? Validate)
{
    private const string Plain = "plain";

    /// <summary>All kinds in the order in which Prometheus reads them; static configurations come after them.</summary>
    public static IReadOnlyList<DiscoveryKind> All { get; } =
    [
        Without("aws"),
        new("azure", "azure." + Plain, CloudDiscovery.Azure, CloudDiscovery.ValidateAzure),
        new("consul", "consul." + Plain, ServiceDiscovery.Consul, HttpClientSettings.Validate),
        new("digitalocean", "digitalocean." + Plain, CloudDiscovery.DigitalOcean, CloudDiscovery.ValidateDigitalOcean),
        new("dns", "dns." + Plain, ServiceDiscovery.Dns, null),
        new("docker", "moby." + Plain, ServiceDiscovery.Docker, HttpClientSettings.Validate),
        new("dockerswarm", "moby." + Plain, ServiceDiscovery.DockerSwarm, HttpClientSettings.Validate),
        new("ec2", "aws." + Plain, CloudDiscovery.Ec2, HttpClientSettings.Validate),
        Without("ecs"),
        Without("elasticache"),
        Without("eureka"),
        new("file", "file." + Plain, ServiceDiscovery.File, null),
        new("gce", "gce." + Plain, CloudDiscovery.Gce, null),
        Without("hetzner"),
        new("http", "http." + Plain, ServiceDiscovery.Http, HttpClientSettings.Validate),
        new("ionos", "ionos." + Plain, CloudDiscovery.Ionos, HttpClientSettings.Validate),
        new("kubernetes", "kubernetes." + Plain, ServiceDiscovery.Kubernetes, HttpClientSettings.Validate),
        new("kuma", "xds.plainKumaConf", ServiceDiscovery.Kuma, HttpClientSettings.Validate),
        new("lightsail", "aws." + Plain, CloudDiscovery.Lightsail, HttpClientSettings.Validate),
        new("linode", "linode." + Plain, CloudDiscovery.Linode, HttpClientSettings.Validate),
        new("marathon", "marathon." + Plain, ServiceDiscovery.Marathon, HttpClientSettings.Validate),
        Without("msk"),
        new("nerve", "zookeeper." + Plain, ServiceDiscovery.ZooKeeper, null),
        Without("nomad"),
        new("openstack", "openstack." + Plain, CloudDiscovery.OpenStack, null),
        Without("outscale"),
        new("ovhcloud", "ovhcloud." + Plain, CloudDiscovery.OvhCloud, null),
        Without("puppetdb"),
        Without("rds"),
        new("scaleway", "scaleway." + Plain, CloudDiscovery.Scaleway, CloudDiscovery.ValidateScaleway),
        new("serverset", "zookeeper." + Plain, ServiceDiscovery.ZooKeeper, null),
        Without("stackit"),
        new("triton", "triton." + Plain, CloudDiscovery.Triton, null),
        Without("uyuni"),
        Without("vultr"),
    ];

    public string Key => Name + "_sd_configs";

    private static DiscoveryKind Without(string name) => new(
        name, "", null, (_, findings) => findings.Error($"The converter does not support converting the provided {name} service discovery."));
}
