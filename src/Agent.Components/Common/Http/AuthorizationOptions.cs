using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;

namespace Agent.Components.Common.Http;

/// <summary>An Authorization header.</summary>
public sealed record AuthorizationOptions : IValidated
{
    /// <summary>Type of the credentials, the first word of the header.</summary>
    public string Type { get; init; } = "Bearer";

    /// <summary>The credentials.</summary>
    public Secret? Credentials { get; init; }

    /// <summary>File that holds the credentials; read again whenever it changes.</summary>
    public string CredentialsFile { get; init; } = "";

    public void Validate(ValidationContext context)
    {
        if (Credentials is { } credentials && credentials.Reveal().Length > 0 && CredentialsFile.Length > 0)
        {
            context.Error(
                "credentials_file", "cannot take the credentials from two places: at most one of credentials and credentials_file may be set");
        }
        if (Type.Trim().Equals("basic", StringComparison.OrdinalIgnoreCase))
        {
            context.Error("type", "cannot use authorization type \"basic\": it needs a user name", "use a basic_auth block instead");
        }
    }
}
