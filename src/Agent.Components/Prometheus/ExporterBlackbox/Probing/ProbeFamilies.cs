using Agent.Components.Prometheus.ExporterUnix;

namespace Agent.Components.Prometheus.ExporterBlackbox.Probing;

/// <summary>Names and texts of what more than one kind of probe reports.</summary>
internal static class ProbeFamilies
{
    public static readonly Family Success = Family.Gauge("probe_success", "Displays whether or not the probe was a success");
    public static readonly Family Duration = Family.Gauge("probe_duration_seconds", "Returns how long the probe took to complete in seconds");
    public static readonly Family Timeout = Family.Gauge("probe_timeout_seconds", "Returns how long the probe timeout is in seconds");

    public static readonly Family LookupTime = Family.Gauge(
        "probe_dns_lookup_time_seconds", "Returns the time taken for probe dns lookup in seconds");

    public static readonly Family IpProtocol = Family.Gauge("probe_ip_protocol", "Specifies whether probe ip protocol is IP4 or IP6");

    public static readonly Family IpAddressHash = Family.Gauge(
        "probe_ip_addr_hash", "Specifies the hash of IP address. It's useful to detect if the IP address changes.");

    public static readonly Family FailedDueToRegex = Family.Gauge("probe_failed_due_to_regex", "Indicates if probe failed due to regex");
    public static readonly Family FailedDueToBytes = Family.Gauge("probe_failed_due_to_bytes", "Indicates if probe failed due to bytes");

    public static readonly Family EarliestCertificateExpiry = Family.Gauge(
        "probe_ssl_earliest_cert_expiry", "Returns last SSL chain expiry in unixtime");

    public static readonly Family LastChainExpiry = Family.Gauge(
        "probe_ssl_last_chain_expiry_timestamp_seconds", "Returns last SSL chain expiry in timestamp");

    public static readonly Family LastChainInfo = Family.Gauge(
        "probe_ssl_last_chain_info",
        "Contains SSL leaf certificate information",
        "fingerprint_sha256", "subject", "issuer", "subjectalternative", "serialnumber");

    public static readonly Family TlsVersion = Family.Gauge(
        "probe_tls_version_info", "Returns the TLS version used or NaN when unknown", "version");

    public static readonly Family TlsCipher = Family.Gauge(
        "probe_tls_cipher_info", "Returns the TLS cipher negotiated during handshake", "cipher");
}
