using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;

namespace Agent.Components.Remote.Vault;

/// <summary>How to log in: exactly one of the blocks.</summary>
public sealed record VaultAuthOptions : IValidated
{
    /// <summary>Sends a token with each request.</summary>
    [Block(Name = "auth.token")]
    public VaultTokenAuth? Token { get; init; }

    /// <summary>Logs in with AppRole.</summary>
    [Block(Name = "auth.approle")]
    public VaultAppRoleAuth? AppRole { get; init; }

    /// <summary>Logs in as a machine or a role of AWS.</summary>
    [Block(Name = "auth.aws")]
    public VaultAwsAuth? Aws { get; init; }

    /// <summary>Logs in with the managed identity of a machine of Azure.</summary>
    [Block(Name = "auth.azure")]
    public VaultAzureAuth? Azure { get; init; }

    /// <summary>Logs in as a machine or a service account of Google Cloud.</summary>
    [Block(Name = "auth.gcp")]
    public VaultGcpAuth? Gcp { get; init; }

    /// <summary>Logs in with the token of a Kubernetes service account.</summary>
    [Block(Name = "auth.kubernetes")]
    public VaultKubernetesAuth? Kubernetes { get; init; }

    /// <summary>Logs in as a user of LDAP.</summary>
    [Block(Name = "auth.ldap")]
    public VaultLdapAuth? Ldap { get; init; }

    /// <summary>Logs in with a user name and a password.</summary>
    [Block(Name = "auth.userpass")]
    public VaultUserPassAuth? UserPass { get; init; }

    /// <summary>Logs in by writing to any path.</summary>
    [Block(Name = "auth.custom")]
    public VaultCustomAuth? Custom { get; init; }

    public void Validate(ValidationContext context)
    {
        (object? Block, string Name)[] kinds =
        [
            (Token, "auth.token"), (AppRole, "auth.approle"), (Aws, "auth.aws"), (Azure, "auth.azure"), (Gcp, "auth.gcp"),
            (Kubernetes, "auth.kubernetes"), (Ldap, "auth.ldap"), (UserPass, "auth.userpass"), (Custom, "auth.custom"),
        ];
        string[] given = [.. kinds.Where(static kind => kind.Block is not null).Select(static kind => kind.Name)];
        if (given.Length == 0)
        {
            context.Error("exactly one auth.* block must be specified; found none");
        }
        else if (given.Length > 1)
        {
            context.Error(given[^1], $"exactly one auth.* block must be specified; found {given.Length}");
        }
    }
}

/// <summary>Sends a token with each request.</summary>
public sealed record VaultTokenAuth
{
    /// <summary>The token.</summary>
    public required Secret Token { get; init; }
}

/// <summary>Logs in with AppRole.</summary>
public sealed record VaultAppRoleAuth
{
    /// <summary>Role ID to log in as.</summary>
    public required string RoleId { get; init; }

    /// <summary>Secret ID, or the token that it is wrapped in.</summary>
    public required Secret Secret { get; init; }

    /// <summary>Whether the secret is a token that the secret ID has to be unwrapped with first.</summary>
    public bool WrappingToken { get; init; }

    /// <summary>Where the method is mounted.</summary>
    public string MountPath { get; init; } = "approle";
}

/// <summary>Logs in with the token of a Kubernetes service account.</summary>
public sealed record VaultKubernetesAuth
{
    /// <summary>Role to log in as.</summary>
    public required string Role { get; init; }

    /// <summary>File of the service account's token; read at each login.</summary>
    public string ServiceAccountFile { get; init; } = "/var/run/secrets/kubernetes.io/serviceaccount/token";

    /// <summary>Where the method is mounted.</summary>
    public string MountPath { get; init; } = "kubernetes";
}

/// <summary>Logs in as a user of LDAP.</summary>
public sealed record VaultLdapAuth
{
    /// <summary>User to log in as.</summary>
    public required string Username { get; init; }

    /// <summary>Password of the user.</summary>
    public required Secret Password { get; init; }

    /// <summary>Where the method is mounted.</summary>
    public string MountPath { get; init; } = "ldap";
}

/// <summary>Logs in with a user name and a password.</summary>
public sealed record VaultUserPassAuth
{
    /// <summary>User to log in as.</summary>
    public required string Username { get; init; }

    /// <summary>Password of the user.</summary>
    public required Secret Password { get; init; }

    /// <summary>Where the method is mounted.</summary>
    public string MountPath { get; init; } = "userpass";
}

/// <summary>Logs in by writing to any path.</summary>
public sealed record VaultCustomAuth
{
    /// <summary>Path to write to, such as `auth/customservice/login`.</summary>
    public required string Path { get; init; }

    /// <summary>What to write there.</summary>
    public required ValueMap<Secret> Data { get; init; }

    /// <summary>Namespace to log in to, where it is another one than that of the secret.</summary>
    public string Namespace { get; init; } = "";
}
