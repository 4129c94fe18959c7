using Agent.Components.Common.Http;
using Agent.Sdk;

namespace Agent.Components.Loki.SourceSyslog;

/// <summary>The block is the one that clients have: its authorities are here those of the clients, who then must show a certificate.</summary>
internal static class ListenerTls
{
    /// <returns>Null where messages come in clear text.</returns>
    /// <exception cref="ComponentException">The certificate or its key is missing or cannot be loaded.</exception>
    public static TlsServer? Of(TlsClientOptions? options)
    {
        if (options is null)
        {
            return null;
        }
        bool hasAuthorities = options.CaPem.Length > 0 || options.CaFile.Length > 0;
        if (!options.HasCertificate)
        {
            return hasAuthorities ? throw new ComponentException("certificate and key must be configured in tls_config") : null;
        }
        return new TlsServer(new TlsServerOptions
        {
            CertPem = options.CertPem,
            CertFile = options.CertFile,
            KeyPem = options.KeyPem,
            KeyFile = options.KeyFile,
            ClientCaPem = options.CaPem,
            ClientCaFile = options.CaFile,
            ClientAuthType = hasAuthorities ? "RequireAndVerifyClientCert" : "NoClientCert",
            MinVersion = "Version" + options.MinVersion.ToString().ToUpperInvariant(),
        });
    }
}
