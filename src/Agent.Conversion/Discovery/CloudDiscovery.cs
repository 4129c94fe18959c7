using Agent.Conversion.Blocks;
using Agent.Conversion.Diagnostics;
using Agent.Conversion.Shared;
using Agent.Conversion.Yaml;

namespace Agent.Conversion.Discovery;

/// <summary>Arguments of the discovery components that ask cloud providers for machines.</summary>
internal static class CloudDiscovery
{
    public static void Azure(DiscoverySection section)
    {
        section.From.Expect("client_id", "tenant_id", "client_secret");
        section.Need("subscription_id", "azure SD configuration requires a subscription_id");
        section.Text("environment", "AzurePublicCloud");
        section.Number("port", 80);
        section.Text("subscription_id");
        AzureAuthentication(section);
        section.Refresh(300);
        section.Text("resource_group");
        HttpClientSettings.Of(section.From).WriteWithoutAuthentication(section.To, tlsLast: true);
    }

    public static void DigitalOcean(DiscoverySection section)
    {
        section.From.Expect("role");
        section.Refresh(60);
        section.Number("port", 80);
        HttpClientSettings.Of(section.From).WriteWithoutAuthentication(section.To, tlsLast: true, tls: false);
    }

    public static void ValidateDigitalOcean(YamlMap from, Findings findings)
    {
        HttpClientSettings.ValidateWithoutAuthentication(from, "digitalocean_sd_configs", findings);
        findings.Unsupported(from.Get("tls_config") is { Fields.Count: > 0 }, "digitalocean_sd_configs tls_config");
        HttpClientSettings.Validate(from, findings);
    }

    public static void ValidateAzure(YamlMap from, Findings findings)
    {
        HttpClientSettings.ValidateWithoutAuthentication(from, "azure_sd_configs", findings);
        HttpClientSettings.Validate(from, findings);
    }

    public static void ValidateScaleway(YamlMap from, Findings findings) =>
        HttpClientSettings.ValidateWithoutAuthentication(from, "scaleway_sd_configs", findings);

    public static void Ec2(DiscoverySection section)
    {
        AwsMachine(section);
        section.Filters();
        section.Http();
    }

    public static void Lightsail(DiscoverySection section)
    {
        AwsMachine(section);
        section.Http();
    }

    public static void Gce(DiscoverySection section)
    {
        section.Need("project", "GCE SD configuration requires a project");
        section.Need("zone", "GCE SD configuration requires a zone");
        section.Required("project");
        section.Required("zone");
        section.Text("filter");
        section.Refresh(60);
        section.Number("port", 80);
        section.Text("tag_separator", ",");
    }

    public static void Ionos(DiscoverySection section)
    {
        section.Need("datacenter_id", "datacenter id can't be empty");
        section.Required("datacenter_id");
        section.Http();
        section.Refresh(60);
        section.Number("port", 80);
    }

    public static void Linode(DiscoverySection section)
    {
        section.Refresh(60);
        section.Number("port", 80);
        section.Text("tag_separator", ",");
        section.Text("region");
        section.Http();
    }

    public static void OpenStack(DiscoverySection section)
    {
        section.Need("role", "role missing (one of: instance, hypervisor, loadbalancer)");
        section.Need("region", "openstack SD configuration requires a region");
        foreach (string name in (ReadOnlySpan<string>)
            [
                "identity_endpoint", "username", "userid", "password", "project_name", "project_id", "domain_name", "domain_id",
                "application_credential_name", "application_credential_id", "application_credential_secret",
            ])
        {
            section.Text(name);
        }
        section.Required("role");
        section.Required("region");
        section.Refresh(60);
        section.Number("port", 80);
        section.Flag("all_tenants");
        section.Tls();
        section.Text("availability", "public");
    }

    public static void OvhCloud(DiscoverySection section)
    {
        section.Text("endpoint", "ovh-eu");
        section.Required("application_key");
        section.Required("application_secret");
        section.Required("consumer_key");
        section.Refresh(60);
        section.Required("service");
    }

    public static void Scaleway(DiscoverySection section)
    {
        section.Need("project_id", "project_id is mandatory");
        section.Need("access_key", "access_key is mandatory");
        section.Required("project_id");
        section.Required("role");
        section.Text("api_url", "https://api.scaleway.com");
        section.Text("zone", "fr-par-1");
        section.Required("access_key");
        section.Text("secret_key");
        section.Text("secret_key_file");
        section.Text("name_filter");
        section.Texts("tags_filter");
        section.Refresh(60);
        section.Number("port", 80);
        HttpClientSettings.Of(section.From).WriteWithoutAuthentication(section.To, tlsLast: false);
    }

    public static void Triton(DiscoverySection section)
    {
        section.Need("account", "triton SD configuration requires an account");
        section.Need("dns_suffix", "triton SD configuration requires a dns_suffix");
        section.Need("endpoint", "triton SD configuration requires an endpoint");
        section.Required("account");
        section.Text("role", "container");
        section.Required("dns_suffix");
        section.Required("endpoint");
        section.Texts("groups");
        section.Number("port", 9163);
        section.Refresh(60);
        section.Number("version", 1);
        section.Tls();
    }

    private static void AwsMachine(DiscoverySection section)
    {
        section.From.Expect("external_id");
        section.Text("endpoint");
        section.Text("region");
        section.Text("access_key");
        section.Text("secret_key");
        section.Text("profile");
        section.Text("role_arn");
        section.Refresh(60);
        section.Number("port", 80);
    }

    private static void AzureAuthentication(DiscoverySection section)
    {
        YamlMap from = section.From;
        string method = from.Text("authentication_method", "OAuth");
        switch (method)
        {
            case "OAuth":
                AlloyBody oauth = section.To.Block("oauth");
                foreach (string name in (ReadOnlySpan<string>)["client_id", "tenant_id", "client_secret"])
                {
                    if (from.Text(name).Length == 0)
                    {
                        from.Problems.Invalid(from.Node, $"azure SD configuration requires a {name}");
                    }
                    oauth.Text(name, from.Text(name), omit: null);
                }
                break;
            case "ManagedIdentity":
                section.To.Block("managed_identity").Text("client_id", from.Text("client_id"), omit: null);
                break;
            case "SDK":
                section.To.Block("sdk_auth").Text("tenant_id", from.Text("tenant_id"));
                break;
            case "WorkloadIdentity":
                section.To.Block("workload_identity");
                break;
            default:
                from.Problems.Invalid(
                    from.Get("authentication_method")!,
                    $"unknown authentication_type \"{method}\". Supported types are \"OAuth\", \"ManagedIdentity\", \"SDK\" or \"WorkloadIdentity\"");
                break;
        }
    }
}
