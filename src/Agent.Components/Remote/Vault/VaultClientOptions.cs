using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;

namespace Agent.Components.Remote.Vault;

/// <summary>How patient the client is.</summary>
public sealed record VaultClientOptions : IValidated
{
    /// <summary>Wait before a failed request is sent again; twice as long each time.</summary>
    public TimeSpan MinRetryWait { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest wait before a failed request is sent again.</summary>
    public TimeSpan MaxRetryWait { get; init; } = TimeSpan.FromMilliseconds(1500);

    /// <summary>How often a request is sent again after a failure of the server; 0 for never.</summary>
    public int MaxRetries { get; init; } = 2;

    /// <summary>How long a request may take, with what is sent again.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    internal RetryTimes Retries => new(MinRetryWait, MaxRetryWait, MaxRetries);

    public void Validate(ValidationContext context)
    {
        if (Timeout <= TimeSpan.Zero)
        {
            context.Error("timeout", "client_options.timeout must be greater than 0");
        }
    }
}
