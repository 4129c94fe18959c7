using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Agent.EndToEnd.Kubernetes;

/// <summary>An authority of a cluster that lives as long as a test, and what it signed for the servers of that cluster.</summary>
internal sealed class ClusterCertificates : IDisposable
{
    private readonly X509Certificate2 _authority;

    public ClusterCertificates(IEnumerable<IPAddress> addresses)
    {
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using ECDsa authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=cluster", authorityKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        _authority = request.CreateSelfSigned(now.AddHours(-1), now.AddDays(1));

        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var server = new CertificateRequest("CN=servers", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        foreach (IPAddress address in addresses)
        {
            names.AddIpAddress(address);
        }
        server.CertificateExtensions.Add(names.Build());
        using X509Certificate2 signed = server.Create(_authority, now.AddHours(-1), now.AddHours(12), [1, 2, 3, 4]);
        using X509Certificate2 whole = signed.CopyWithPrivateKey(key);
        Server = X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>With its key, for all addresses.</summary>
    public X509Certificate2 Server { get; }

    /// <summary>What clients trust, as PEM.</summary>
    public string Authority => _authority.ExportCertificatePem();

    public void Dispose()
    {
        _authority.Dispose();
        Server.Dispose();
    }
}
