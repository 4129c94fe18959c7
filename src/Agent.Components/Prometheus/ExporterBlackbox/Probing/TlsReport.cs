using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Agent.Components.Prometheus.ExporterBlackbox.Probing;

/// <summary>Writes what probes say of TLS.</summary>
internal static class TlsReport
{
    // What Go gives for the zero time: no chain was verified.
    private const double NoTime = -62135596800;

    /// <summary>Expiry of the certificates, who they are for, and the version.</summary>
    public static void Write(ProbeSeries series, TlsSession session, bool withChain = true)
    {
        if (session.Leaf is not { } leaf)
        {
            return;
        }
        series.Set(ProbeFamilies.EarliestCertificateExpiry, UnixTime(session.EarliestExpiry));
        if (withChain)
        {
            series.Set(ProbeFamilies.LastChainExpiry, session.ChainExpiry is { } expiry ? UnixTime(expiry) : NoTime);
        }
        series.Set(ProbeFamilies.TlsVersion, 1, VersionName(session.Version));
        series.Set(
            ProbeFamilies.LastChainInfo,
            1,
            Convert.ToHexStringLower(SHA256.HashData(leaf.RawDataMemory.Span)),
            DistinguishedName.Text(leaf.SubjectName),
            DistinguishedName.Text(leaf.IssuerName),
            string.Join(',', leaf.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(static names => names.EnumerateDnsNames())),
            Convert.ToHexStringLower(leaf.SerialNumberBytes.Span.TrimStart((byte)0)));
    }

    /// <summary>The cipher, which HTTP probes alone report.</summary>
    public static void WriteCipher(ProbeSeries series, TlsSession session)
    {
        if (session.Leaf is not null)
        {
            series.Set(ProbeFamilies.TlsCipher, 1, session.Cipher.ToString());
        }
    }

    private static string VersionName(SslProtocols version) => version switch
    {
#pragma warning disable SYSLIB0039, CA5397 // Named because servers still speak them.
        SslProtocols.Tls => "TLS 1.0",
        SslProtocols.Tls11 => "TLS 1.1",
#pragma warning restore SYSLIB0039, CA5397
        SslProtocols.Tls12 => "TLS 1.2",
        SslProtocols.Tls13 => "TLS 1.3",
        _ => "unknown",
    };

    private static double UnixTime(DateTime time) => new DateTimeOffset(time, TimeSpan.Zero).ToUnixTimeSeconds();
}
