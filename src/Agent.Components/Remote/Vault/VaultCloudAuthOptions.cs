using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;

namespace Agent.Components.Remote.Vault;

/// <summary>What vouches for the agent at AWS.</summary>
public enum VaultAwsKind
{
    Iam,
    Ec2,
}

/// <summary>What the identity of a machine of AWS is signed with.</summary>
public enum VaultEc2Signature
{
    Pkcs7,
    Identity,
}

/// <summary>What vouches for the agent at Google Cloud.</summary>
public enum VaultGcpKind
{
    Gce,
    Iam,
}

/// <summary>Logs in as a machine or a role of AWS.</summary>
public sealed record VaultAwsAuth
{
    /// <summary>What vouches for the agent: credentials (`iam`) or the machine (`ec2`).</summary>
    public required VaultAwsKind Type { get; init; }

    /// <summary>What the machine's identity is signed with; for `ec2`.</summary>
    public VaultEc2Signature Ec2SignatureType { get; init; } = VaultEc2Signature.Pkcs7;

    /// <summary>Value of the `X-Vault-AWS-IAM-Server-ID` header that is signed along; for `iam`.</summary>
    public string IamServerIdHeader { get; init; } = "";

    /// <summary>Where the method is mounted.</summary>
    public string MountPath { get; init; } = "aws";

    /// <summary>Region of the service that credentials are proved to; empty for that of the environment or the machine.</summary>
    public string Region { get; init; } = "us-east-1";

    /// <summary>Role to log in as, where it is not the one that the credentials imply.</summary>
    public string Role { get; init; } = "";
}

/// <summary>Logs in with the managed identity of a machine of Azure.</summary>
public sealed record VaultAzureAuth
{
    /// <summary>Role to log in as.</summary>
    public required string Role { get; init; }

    /// <summary>Resource that the machine's token is for.</summary>
    public string ResourceUrl { get; init; } = "https://management.azure.com/";

    /// <summary>Where the method is mounted.</summary>
    public string MountPath { get; init; } = "azure";
}

/// <summary>Logs in as a machine or a service account of Google Cloud.</summary>
public sealed record VaultGcpAuth : IValidated
{
    /// <summary>Role to log in as.</summary>
    public required string Role { get; init; }

    /// <summary>What vouches for the agent: the machine (`gce`) or a service account (`iam`).</summary>
    public required VaultGcpKind Type { get; init; }

    /// <summary>Service account to log in as; for `iam`.</summary>
    public string IamServiceAccount { get; init; } = "";

    /// <summary>Where the method is mounted.</summary>
    public string MountPath { get; init; } = "gcp";

    public void Validate(ValidationContext context)
    {
        if (Type == VaultGcpKind.Iam && IamServiceAccount.Length == 0)
        {
            context.Error("type", "iam_service_account must be provided when type is iam");
        }
    }
}
