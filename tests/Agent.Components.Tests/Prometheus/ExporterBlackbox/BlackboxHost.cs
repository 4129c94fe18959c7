using Agent.Components.Common.Http;
using Agent.Components.Tests.Common.Http;
using Agent.Sdk;
using Microsoft.AspNetCore.Http;

namespace Agent.Components.Tests.Prometheus.ExporterBlackbox;

/// <summary>A server on loopback that speaks HTTP/1.1 and, over TLS, HTTP/2.</summary>
internal static class BlackboxHost
{
    public static Task<HttpListenerHost> StartAsync(RequestDelegate answer, TestCertificate? certificate = null) => HttpListenerHost.StartAsync(
        new HttpServerOptions
        {
            ListenAddress = "127.0.0.1",
            ListenPort = 0,
            Tls = certificate is null ? null : new TlsServerOptions { CertPem = certificate.Cert, KeyPem = new Secret(certificate.Key) },
        },
        1 << 20, answer, CancellationToken.None);

    /// <summary>PEM text as a YAML string.</summary>
    public static string Yaml(string pem) => "\"" + pem.Replace("\n", "\\n", StringComparison.Ordinal) + "\"";
}
