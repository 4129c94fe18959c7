using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;

namespace Agent.Components.Common.Http;

/// <summary>A user name and a password.</summary>
public sealed record BasicAuthOptions : IValidated
{
    /// <summary>User name.</summary>
    public string Username { get; init; } = "";

    /// <summary>Password.</summary>
    public Secret? Password { get; init; }

    /// <summary>File that holds the password; read again whenever it changes.</summary>
    public string PasswordFile { get; init; } = "";

    public void Validate(ValidationContext context)
    {
        if (Password is { } password && password.Reveal().Length > 0 && PasswordFile.Length > 0)
        {
            context.Error("password_file", "cannot take the password from two places: at most one of password and password_file may be set");
        }
    }
}
