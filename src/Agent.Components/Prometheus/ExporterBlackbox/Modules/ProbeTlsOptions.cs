using System.Security.Authentication;
using Agent.Components.Common.Http;

namespace Agent.Components.Prometheus.ExporterBlackbox.Modules;

/// <summary>TLS settings of a probe: those of any client, and a newest version, which tests for what servers should refuse.</summary>
internal sealed record ProbeTlsOptions
{
    public TlsClientOptions Client { get; init; } = new();

    public TlsVersion MaxVersion { get; init; } = TlsVersion.Tls13;

    public SslProtocols Protocols
    {
        get
        {
            SslProtocols allowed = SslProtocols.None;
            for (TlsVersion version = Client.MinVersion; version <= MaxVersion; version++)
            {
                allowed |= version switch
                {
#pragma warning disable SYSLIB0039, CA5397 // The user asked for an old version by name.
                    TlsVersion.Tls10 => SslProtocols.Tls,
                    TlsVersion.Tls11 => SslProtocols.Tls11,
#pragma warning restore SYSLIB0039, CA5397
                    TlsVersion.Tls12 => SslProtocols.Tls12,
                    _ => SslProtocols.Tls13,
                };
            }
            return allowed;
        }
    }
}
