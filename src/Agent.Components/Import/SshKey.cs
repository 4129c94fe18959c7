using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;

namespace Agent.Components.Import;

/// <summary>An SSH key.</summary>
public sealed record SshKey : IValidated
{
    /// <summary>SSH user name.</summary>
    public required string Username { get; init; }

    /// <summary>Private key; `key_file` is not read where it is set.</summary>
    public Secret? Key { get; init; }

    /// <summary>File that holds the private key.</summary>
    public string KeyFile { get; init; } = "";

    /// <summary>Passphrase of the key.</summary>
    public Secret? Passphrase { get; init; }

    public void Validate(ValidationContext context)
    {
        if (Username.StartsWith('-'))
        {
            context.Error("username", "cannot authenticate: the user name must not begin with a dash");
        }
    }
}
