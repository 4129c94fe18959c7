namespace Agent.Components.Common.Http.Cloud;

/// <summary>Where a cloud of Azure hands out tokens.</summary>
/// <param name="Authority">Of applications and service accounts.</param>
/// <param name="Metadata">Of the machine's identities.</param>
/// <param name="Scope">What tokens are for, unless the user says.</param>
internal sealed record AzureServices(string Authority, string Metadata, string Scope)
{
    private const string InstanceMetadata = "http://169.254.169.254";

    // The two slashes are right: the audience ends in one.
    public static AzureServices Of(AzureCloud cloud) => cloud switch
    {
        AzureCloud.China => new("https://login.chinacloudapi.cn", InstanceMetadata, "https://monitor.azure.cn//.default"),
        AzureCloud.Government => new("https://login.microsoftonline.us", InstanceMetadata, "https://monitor.azure.us//.default"),
        _ => new("https://login.microsoftonline.com", InstanceMetadata, "https://monitor.azure.com//.default"),
    };
}

/// <summary>Fetches tokens of Microsoft Entra ID.</summary>
internal sealed class AzureTokenSource(AzureAdOptions options, AzureServices services, CloudClient client, TimeProvider time)
{
    private readonly string _scope = options.Scope.Length > 0 ? options.Scope : services.Scope;

    public Task<CloudToken<string>> FetchAsync(CancellationToken stop)
    {
        if (options.OAuth is { } application)
        {
            return ForSecretAsync(application.TenantId, application.ClientId, application.ClientSecret.Reveal(), stop);
        }
        if (options.WorkloadIdentity is { } account)
        {
            return ForAccountAsync(services.Authority, account, stop);
        }
        return options.ManagedIdentity is { } identity ? ForMachineAsync(identity.ClientId, stop) : AsEnvironmentSaysAsync(stop);
    }

    /// <summary>The order of the Azure SDKs, as far as it makes sense on a server.</summary>
    private Task<CloudToken<string>> AsEnvironmentSaysAsync(CancellationToken stop)
    {
        string client = Variable("AZURE_CLIENT_ID");
        string tenant = options.Sdk!.TenantId is { Length: > 0 } given ? given : Variable("AZURE_TENANT_ID");
        if (client.Length > 0 && tenant.Length > 0 && Variable("AZURE_CLIENT_SECRET") is { Length: > 0 } secret)
        {
            return ForSecretAsync(tenant, client, secret, stop);
        }
        if (client.Length > 0 && tenant.Length > 0 && Variable("AZURE_FEDERATED_TOKEN_FILE") is { Length: > 0 } file)
        {
            string authority = Variable("AZURE_AUTHORITY_HOST") is { Length: > 0 } host ? host.TrimEnd('/') : services.Authority;
            return ForAccountAsync(authority, new AzureWorkloadIdentity { ClientId = client, TenantId = tenant, TokenFilePath = file }, stop);
        }
        return ForMachineAsync(client, stop);
    }

    private Task<CloudToken<string>> ForSecretAsync(string tenant, string clientId, string secret, CancellationToken stop) =>
        PostAsync(services.Authority, tenant, [new("client_id", clientId), new("client_secret", secret)], stop);

    private Task<CloudToken<string>> ForAccountAsync(string authority, AzureWorkloadIdentity account, CancellationToken stop)
    {
        // Read each time: Kubernetes renews it within the hour.
        string assertion = new Credential(null, account.TokenFilePath).Reveal();
        return PostAsync(
            authority, account.TenantId,
            [
                new("client_id", account.ClientId),
                new("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
                new("client_assertion", assertion),
            ],
            stop);
    }

    private Task<CloudToken<string>> PostAsync(
        string authority, string tenant, List<KeyValuePair<string, string>> form, CancellationToken stop)
    {
        form.Add(new("grant_type", "client_credentials"));
        form.Add(new("scope", _scope));
        var request = new HttpRequestMessage(HttpMethod.Post, $"{authority}/{Uri.EscapeDataString(tenant)}/oauth2/v2.0/token")
        {
            Content = new FormUrlEncodedContent(form),
        };
        return client.TokenAsync(request, time, stop);
    }

    /// <param name="clientId">Empty for the machine's only identity.</param>
    /// <param name="stop">Ends the request.</param>
    private Task<CloudToken<string>> ForMachineAsync(string clientId, CancellationToken stop)
    {
        const string suffix = "/.default";
        string resource = _scope.EndsWith(suffix, StringComparison.Ordinal) ? _scope[..^suffix.Length] : _scope;
        string url = $"{services.Metadata}/metadata/identity/oauth2/token?api-version=2018-02-01&resource={Uri.EscapeDataString(resource)}";
        if (clientId.Length > 0)
        {
            url += $"&client_id={Uri.EscapeDataString(clientId)}";
        }
        var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.Add("Metadata", "true");
        return client.TokenAsync(request, time, stop);
    }

    private static string Variable(string name) => Environment.GetEnvironmentVariable(name) ?? "";
}
