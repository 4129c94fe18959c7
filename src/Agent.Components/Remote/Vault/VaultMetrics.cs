using Agent.Sdk.Metrics;

namespace Agent.Components.Remote.Vault;

/// <summary>Metrics of remote.vault.</summary>
internal sealed class VaultMetrics(MetricScope scope)
{
    public Counter Logins { get; } = scope.Counter("remote_vault_auth_total", "Total number of times this component authenticated to Vault");

    public Counter Reads { get; } = scope.Counter("remote_vault_secret_reads_total", "Total number of times the secret was read from Vault");

    public Counter LoginRenewals { get; } = scope.Counter(
        "remote_vault_auth_lease_renewal_total", "Total number of times this component renewed its auth token lease");

    public Counter SecretRenewals { get; } = scope.Counter(
        "remote_vault_secret_lease_renewal_total", "Total number of times this component renewed its secret lease");
}
