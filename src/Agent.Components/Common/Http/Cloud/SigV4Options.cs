using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;

namespace Agent.Components.Common.Http.Cloud;

/// <summary>Signs requests as the services of AWS want it (Signature Version 4).</summary>
public sealed record SigV4Options : IValidated, ICloudAuthentication
{
    /// <summary>Region of the service; by default that of the environment, the profile or the machine.</summary>
    public string Region { get; init; } = "";

    /// <summary>Access key; by default credentials come from the environment, a profile, the pod or the machine.</summary>
    public string AccessKey { get; init; } = "";

    /// <summary>Secret of the access key.</summary>
    public Secret? SecretKey { get; init; }

    /// <summary>Profile of the shared credentials file.</summary>
    public string Profile { get; init; } = "";

    /// <summary>Role to assume with these credentials.</summary>
    [Name("role_arn")]
    public string RoleArn { get; init; } = "";

    /// <summary>External ID named when the role is assumed.</summary>
    public string ExternalId { get; init; } = "";

    /// <summary>Name of the service that requests are signed for.</summary>
    public string ServiceName { get; init; } = "aps";

    /// <summary>Whether roles are assumed at the FIPS endpoint of STS.</summary>
    public bool UseFipsStsEndpoint { get; init; }

    public HttpMessageHandler Wrap(HttpMessageHandler inner, TimeProvider time) =>
        new SigV4Handler(this, new AwsCredentialSource(this, AwsServices.FromEnvironment(), time), time, inner);

    public void Validate(ValidationContext context)
    {
        bool hasSecret = SecretKey?.Reveal().Length > 0;
        if ((AccessKey.Length > 0) != hasSecret)
        {
            context.Error("must provide an AWS SigV4 access key and secret key if credentials are specified in the SigV4 config");
        }
        if (ExternalId.Length > 0 && RoleArn.Length == 0)
        {
            context.Error("external_id", "external_id can only be used with role_arn");
        }
    }
}
