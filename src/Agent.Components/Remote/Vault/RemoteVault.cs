using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;

namespace Agent.Components.Remote.Vault;

/// <summary>Exposes a secret of HashiCorp Vault; renews its token and reads the secret again when it has to.</summary>
/// <example>remote.vault "remote_write" {
///   server = "https://vault.example.com:8200"
///   path   = "secret"
///   key    = "prometheus/remote_write"
///
///   auth.kubernetes {
///     role = "agent"
///   }
/// }</example>
[Component("remote.vault")]
public sealed class RemoteVault(ComponentContext context) : IComponent<RemoteVault.Arguments>
{
    private readonly VaultMetrics _metrics = new(context.Metrics);
    private readonly PollLoop _loop = new(context, "retrieved secret");

    public sealed record Arguments : IValidated
    {
        /// <summary>URL of the server.</summary>
        public required Uri Server { get; init; }

        /// <summary>Namespace of the secret (Vault Enterprise).</summary>
        public string Namespace { get; init; } = "";

        /// <summary>Path that the secrets engine is mounted at; without a key its first part, and the rest names the secret.</summary>
        public required string Path { get; init; }

        /// <summary>Name of the secret within the engine.</summary>
        public string Key { get; init; } = "";

        /// <summary>Time between two reads of the secret; 0 for reading it again only when its lease ends.</summary>
        public TimeSpan RereadFrequency { get; init; }

        /// <summary>How patient the client is.</summary>
        [Block] public VaultClientOptions ClientOptions { get; init; } = new();

        [Flatten] public VaultAuthOptions Auth { get; init; } = new();

        public void Validate(ValidationContext context)
        {
            if (Server.Scheme is not ("http" or "https") || Server.Host.Length == 0)
            {
                context.Error("server", $"cannot connect to {Server.OriginalString}: it is no http or https URL with a host");
            }
            if (VaultSecret.Split(this) is { Mount: "" } or { Key: "" })
            {
                context.Error("path", $"missing mount path in \"{Path}\"");
            }
            if (RereadFrequency < TimeSpan.Zero)
            {
                context.Error("reread_frequency", "reread_frequency must not be negative");
            }
        }
    }

    /// <param name="Data">The fields of the secret that are text.</param>
    public sealed record Exports(ValueMap<Secret> Data);

    /// <exception cref="ComponentException">The server does not answer, or does not give the secret away.</exception>
    public async ValueTask ApplyAsync(Arguments arguments, CancellationToken stop)
    {
        VaultServer server;
        try
        {
            server = VaultServer.From(arguments, Environment.GetEnvironmentVariable);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new ComponentException($"cannot read the certificates of VAULT_CAPATH: {unreadable.Message}");
        }
        // Each request has its own limit.
        await _loop.ApplyAsync(
            new VaultSource(arguments, server, _metrics, context), new PollTimes(arguments.RereadFrequency, Timeout.InfiniteTimeSpan), stop);
    }

    public Task RunAsync(CancellationToken stop) => _loop.RunAsync(stop);

    public ValueTask DisposeAsync() => _loop.DisposeAsync();
}
