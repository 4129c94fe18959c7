using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;

namespace Agent.Components.Remote.S3;

/// <summary>How the storage is connected to.</summary>
public sealed record S3ClientOptions : IValidated
{
    /// <summary>Access key; by default credentials come from the environment, a profile, the pod or the machine.</summary>
    public string Key { get; init; } = "";

    /// <summary>Secret of the access key.</summary>
    public Secret? Secret { get; init; }

    /// <summary>URL of a storage that speaks the protocol of S3; by default that of the region at AWS.</summary>
    public string Endpoint { get; init; } = "";

    /// <summary>Connects without TLS; with an endpoint that is an https URL, its certificate is not checked.</summary>
    public bool DisableSsl { get; init; }

    /// <summary>Names the bucket in the path of the URL and not in its host.</summary>
    public bool UsePathStyle { get; init; }

    /// <summary>Region of the bucket; by default that of the environment, the profile or the machine.</summary>
    public string Region { get; init; } = "";

    /// <summary>Region that requests to an endpoint are signed for, where it is another one.</summary>
    public string SigningRegion { get; init; } = "";

    public void Validate(ValidationContext context)
    {
        bool hasSecret = Secret?.Reveal().Length > 0;
        if ((Key.Length > 0) != hasSecret)
        {
            context.Error(hasSecret ? "secret" : "key", "if key or secret are specified then the other must also be specified");
        }
        if (Endpoint.Length > 0 && S3Location.EndpointOf(this) is null)
        {
            context.Error("endpoint", $"cannot connect to {Endpoint}: it is no http or https URL with a host");
        }
    }
}
