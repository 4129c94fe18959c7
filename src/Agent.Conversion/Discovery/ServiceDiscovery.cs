using Agent.Conversion.Blocks;
using Agent.Conversion.Shared;
using Agent.Conversion.Yaml;

namespace Agent.Conversion.Discovery;

/// <summary>Arguments of the discovery components that ask services for targets.</summary>
internal static class ServiceDiscovery
{
    public static void Consul(DiscoverySection section)
    {
        section.From.Expect("path_prefix", "filter", "health_filter");
        section.Text("server", "localhost:8500");
        section.Text("token");
        section.Text("datacenter");
        section.Text("namespace");
        section.Text("partition");
        section.Text("tag_separator", ",");
        section.Text("scheme", "http");
        section.Text("username");
        section.Text("password");
        section.Flag("allow_stale", true);
        section.Texts("services");
        section.Texts("tags");
        section.To.TextMap("node_meta", section.From.TextMap("node_meta"));
        section.Refresh(30);
        // Prometheus makes these two the credentials of the HTTP client as well.
        if (section.From.Has("username") || section.From.Has("password"))
        {
            if (section.From.Has("basic_auth"))
            {
                section.From.Problems.Invalid(
                    section.From.Node, "at most one of consul SD configuration username and password and basic auth can be configured");
            }
            AlloyBody basic = section.To.Block("basic_auth");
            basic.Text("username", section.From.Text("username"));
            basic.Text("password", section.From.Text("password"));
        }
        section.Http();
    }

    public static void Dns(DiscoverySection section)
    {
        if (section.From.Items("names").Count == 0)
        {
            section.From.Problems.Invalid(section.From.Node, "DNS-SD config must contain at least one SRV record name");
        }
        section.Texts("names", required: true);
        section.Refresh(30);
        section.Text("type", "SRV");
        section.Number("port");
    }

    public static void Docker(DiscoverySection section)
    {
        section.Need("host", "host missing");
        section.Required("host");
        section.Number("port", 80);
        section.Text("host_networking_host", "localhost");
        section.Refresh(60);
        section.Flag("match_first_network", true);
        section.Filters();
        section.Http();
    }

    public static void DockerSwarm(DiscoverySection section)
    {
        section.Need("host", "host missing");
        section.Need("role", "role missing (one of: tasks, services, nodes)");
        section.Required("host");
        section.Required("role");
        section.Number("port", 80);
        section.Filters();
        section.Refresh(60);
        section.Http();
    }

    public static void File(DiscoverySection section)
    {
        if (section.From.Items("files").Count == 0)
        {
            section.From.Problems.Invalid(section.From.Node, "file service discovery config must contain at least one path name");
        }
        section.Texts("files", required: true);
        section.Refresh(300);
    }

    public static void Http(DiscoverySection section)
    {
        section.Need("url", "URL is missing");
        // Alloy's own converter always writes these three; they say the same as leaving them out.
        HttpClientSettings.Of(section.From).Write(section.To, http2: null, redirects: null);
        section.To.Duration("refresh_interval", section.From.PrometheusDuration("refresh_interval", TimeSpan.FromMinutes(1)));
        section.Required("url");
    }

    public static void Kubernetes(DiscoverySection section)
    {
        YamlMap from = section.From;
        section.Need("role", "role missing (one of: pod, service, endpoints, endpointslice, node, ingress)");
        if (from.Has("kubeconfig_file") && from.Has("api_server"))
        {
            from.Problems.Invalid(from.Node, "cannot use 'kubeconfig_file' and 'api_server' simultaneously");
        }
        section.Text("api_server");
        section.Required("role");
        section.Text("kubeconfig_file");
        section.Http();
        if (from.Map("namespaces", "kubernetes.plain") is { } namespaces)
        {
            AlloyBody block = section.To.BlockIfAny("namespaces");
            block.Flag("own_namespace", namespaces.Flag("own_namespace"));
            block.Texts("names", namespaces.Texts("names"));
        }
        foreach (YamlMap selector in from.Maps("selectors", "kubernetes.SelectorConfig"))
        {
            AlloyBody block = section.To.Block("selectors");
            block.Text("role", selector.Text("role"), omit: null);
            block.Text("label", selector.Text("label"));
            block.Text("field", selector.Text("field"));
        }
        if (from.Map("attach_metadata", "kubernetes.AttachMetadataConfig") is { } metadata)
        {
            metadata.Expect("pod");
            AlloyBody block = section.To.BlockIfAny("attach_metadata");
            block.Flag("node", metadata.Flag("node"));
            block.Flag("namespace", metadata.Flag("namespace"));
        }
    }

    public static void Kuma(DiscoverySection section)
    {
        section.From.Expect("client_id");
        section.Need("server", "kuma SD server must not be empty: ");
        section.Required("server");
        // Prometheus asks twice as often as the component does by itself.
        section.To.Duration(
            "refresh_interval", section.From.PrometheusDuration("refresh_interval", TimeSpan.FromSeconds(15)), TimeSpan.FromSeconds(30));
        section.Duration("fetch_timeout", TimeSpan.FromMinutes(2));
        section.Http();
    }

    public static void Marathon(DiscoverySection section)
    {
        if (section.From.Items("servers").Count == 0)
        {
            section.From.Problems.Invalid(section.From.Node, "marathon_sd: must contain at least one Marathon server");
        }
        section.Texts("servers", required: true);
        section.Refresh(30);
        section.Text("auth_token");
        section.Text("auth_token_file");
        section.Http();
    }

    /// <summary>Nerve and Serverset alike.</summary>
    public static void ZooKeeper(DiscoverySection section)
    {
        section.Texts("servers", required: true);
        section.Texts("paths", required: true);
        section.Duration("timeout", TimeSpan.FromSeconds(10));
        foreach (YamlNode path in section.From.Items("paths").Where(static path => !path.Text.StartsWith('/')))
        {
            section.From.Problems.Invalid(path, $"serverset/nerve SD config paths must begin with '/': {path.Text}");
        }
    }
}
