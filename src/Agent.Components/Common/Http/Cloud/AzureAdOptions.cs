using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;

namespace Agent.Components.Common.Http.Cloud;

/// <summary>A cloud of Azure.</summary>
public enum AzureCloud
{
    [Name("AzurePublic")]
    Public,

    [Name("AzureChina")]
    China,

    [Name("AzureGovernment")]
    Government,
}

/// <summary>Authenticates with tokens of Microsoft Entra ID (Azure AD). Exactly one of the blocks says how they are got.</summary>
public sealed record AzureAdOptions : IValidated, ICloudAuthentication
{
    /// <summary>The cloud that the service runs in.</summary>
    public AzureCloud Cloud { get; init; } = AzureCloud.Public;

    /// <summary>Scope of the tokens; by default that of Azure Monitor in the cloud.</summary>
    public string Scope { get; init; } = "";

    /// <summary>Tokens of an identity that the machine has.</summary>
    [Block] public AzureManagedIdentity? ManagedIdentity { get; init; }

    /// <summary>Tokens for an application and its secret.</summary>
    [Block(Name = "oauth")]
    public AzureOAuth? OAuth { get; init; }

    /// <summary>Tokens got the way that the environment names, as the Azure SDKs do.</summary>
    [Block] public AzureSdk? Sdk { get; init; }

    /// <summary>Tokens got for the token of a Kubernetes service account.</summary>
    [Block] public AzureWorkloadIdentity? WorkloadIdentity { get; init; }

    public HttpMessageHandler Wrap(HttpMessageHandler inner, TimeProvider time)
    {
        var client = new CloudClient();
        var source = new AzureTokenSource(this, AzureServices.Of(Cloud), client, time);
        return new CloudTokenHandler(inner, client, source.FetchAsync, time);
    }

    public void Validate(ValidationContext context)
    {
        object?[] ways = [ManagedIdentity, OAuth, Sdk, WorkloadIdentity];
        int count = ways.Count(static way => way is not null);
        if (count != 1)
        {
            context.Error(
                count == 0 ? "cannot authenticate: one of managed_identity, oauth, sdk and workload_identity is needed"
                : "cannot authenticate in two ways: only one of managed_identity, oauth, sdk and workload_identity may be set");
        }
        if (Scope.AsSpan().ContainsAnyExcept(ScopeCharacters))
        {
            context.Error("scope", "the provided scope contains invalid characters");
        }
    }

    private static readonly System.Buffers.SearchValues<char> ScopeCharacters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_ \t\r\n:/.-");
}

/// <summary>An identity that the machine has.</summary>
public sealed record AzureManagedIdentity : IValidated
{
    /// <summary>Client ID of the identity.</summary>
    public required string ClientId { get; init; }

    public void Validate(ValidationContext context) => AzureIds.Check(context, "client_id", ClientId);
}

/// <summary>An application and its secret.</summary>
public sealed record AzureOAuth : IValidated
{
    /// <summary>Client ID of the application.</summary>
    public required string ClientId { get; init; }

    /// <summary>Secret of the application.</summary>
    public required Secret ClientSecret { get; init; }

    /// <summary>Tenant of the application.</summary>
    public required string TenantId { get; init; }

    public void Validate(ValidationContext context)
    {
        AzureIds.Check(context, "client_id", ClientId);
        if (ClientSecret.Reveal().Length == 0)
        {
            context.Error("client_secret", "cannot authenticate: client_secret is empty");
        }
        AzureIds.CheckTenant(context, TenantId);
    }
}

/// <summary>What the environment names: an application, a service account, or the machine's identity.</summary>
public sealed record AzureSdk : IValidated
{
    /// <summary>Tenant that tokens are asked of.</summary>
    public required string TenantId { get; init; }

    public void Validate(ValidationContext context)
    {
        if (TenantId.Length > 0)
        {
            AzureIds.CheckTenant(context, TenantId);
        }
    }
}

/// <summary>The token of a Kubernetes service account.</summary>
public sealed record AzureWorkloadIdentity : IValidated
{
    /// <summary>Client ID of the application or identity.</summary>
    public required string ClientId { get; init; }

    /// <summary>Its tenant.</summary>
    public required string TenantId { get; init; }

    /// <summary>File that holds the service account's token.</summary>
    public string TokenFilePath { get; init; } = "/var/run/secrets/azure/tokens/azure-identity-token";

    public void Validate(ValidationContext context)
    {
        AzureIds.Check(context, "client_id", ClientId);
        AzureIds.Check(context, "tenant_id", TenantId);
    }
}

internal static class AzureIds
{
    /// <summary>A UUID in any of the usual notations.</summary>
    public static void Check(ValidationContext context, string name, string id)
    {
        const string urn = "urn:uuid:";
        if (!Guid.TryParse(id.StartsWith(urn, StringComparison.OrdinalIgnoreCase) ? id[urn.Length..] : id, out _))
        {
            context.Error(name, $"cannot use the {name}: it is no UUID");
        }
    }

    public static void CheckTenant(ValidationContext context, string tenant)
    {
        if (tenant.Length == 0 || !tenant.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.'))
        {
            context.Error("tenant_id", "cannot use the tenant_id: it may only hold letters, digits, dots and hyphens");
        }
    }
}
