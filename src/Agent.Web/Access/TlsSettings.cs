using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Agent.Sdk;

namespace Agent.Web.Access;

/// <summary>What a TLS handshake of the HTTP server needs, made once for each <c>tls</c> block.</summary>
public sealed class TlsSettings
{
    private static readonly TlsCipherSuite[] Version13 =
        [TlsCipherSuite.TLS_AES_128_GCM_SHA256, TlsCipherSuite.TLS_AES_256_GCM_SHA384, TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256];

    private readonly ClientAuth _clientAuth;
    private readonly X509Certificate2Collection _clientAuthorities;

    private TlsSettings(TlsOptions options, X509Certificate2Collection chain, X509Certificate2Collection clientAuthorities)
    {
        _clientAuth = options.ClientAuthType;
        _clientAuthorities = clientAuthorities;
        Handshake = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(chain[0], chain, offline: true),
            EnabledSslProtocols = Protocols(options),
            ClientCertificateRequired = _clientAuth != ClientAuth.NoClientCert,
            RemoteCertificateValidationCallback = (_, certificate, _, _) => AcceptsClient(certificate),
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
        };
        if (options.CipherSuites.Count > 0 && OperatingSystem.IsLinux())
        {
            IEnumerable<TlsCipherSuite> named = options.CipherSuites.Select(static suite => (TlsCipherSuite)suite);
            Handshake.CipherSuitesPolicy = new CipherSuitesPolicy(named.Union(Version13));
        }
    }

    public SslServerAuthenticationOptions Handshake { get; }

    /// <exception cref="ComponentException">A file cannot be read, or certificate and key do not go together.</exception>
    public static TlsSettings Load(TlsOptions options)
    {
        if (options.WindowsCertificateFilter is not null)
        {
            throw new ComponentException("cannot set up TLS of the HTTP server: windows_certificate_filter exists on Windows only");
        }
        try
        {
            string pem = TextOf(options.CertPem, options.CertFile);
            using X509Certificate2 made = X509Certificate2.CreateFromPem(pem, TextOf(options.KeyPem.Reveal(), options.KeyFile));
            var chain = new X509Certificate2Collection();
            chain.ImportFromPem(pem);
            // SslStream needs a certificate that holds its key; a key that came from PEM has to pass through PKCS #12 once.
            chain[0].Dispose();
            chain[0] = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPem(TextOf(options.ClientCaPem, options.ClientCaFile));
            return new TlsSettings(options, chain, authorities);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new ComponentException($"cannot set up TLS of the HTTP server: {exception.Message}", exception);
        }
    }

    private static string TextOf(string pem, string file) => pem.Length > 0 || file.Length == 0 ? pem : File.ReadAllText(file);

    private bool AcceptsClient(X509Certificate? certificate)
    {
        if (certificate is null)
        {
            return _clientAuth is ClientAuth.NoClientCert or ClientAuth.RequestClientCert or ClientAuth.VerifyClientCertIfGiven;
        }
        if (_clientAuth is ClientAuth.NoClientCert or ClientAuth.RequestClientCert or ClientAuth.RequireAnyClientCert)
        {
            return true;
        }
        using var chain = new X509Chain();
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        if (_clientAuthorities.Count > 0)
        {
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.AddRange(_clientAuthorities);
        }
        using X509Certificate2 given = X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
        return chain.Build(given);
    }

    private static SslProtocols Protocols(TlsOptions options)
    {
        TlsVersion oldest = options.MinVersion ?? (options.MaxVersion < TlsVersion.Tls12 ? options.MaxVersion.Value : TlsVersion.Tls12);
        TlsVersion newest = options.MaxVersion ?? TlsVersion.Tls13;
        SslProtocols protocols = SslProtocols.None;
        for (TlsVersion version = oldest; version <= newest; version++)
        {
            protocols |= Protocol(version);
        }
        return protocols;
    }

#pragma warning disable SYSLIB0039, CA5397 // Old versions only where the configuration names them.
    private static SslProtocols Protocol(TlsVersion version) => version switch
    {
        TlsVersion.Tls10 => SslProtocols.Tls,
        TlsVersion.Tls11 => SslProtocols.Tls11,
        TlsVersion.Tls12 => SslProtocols.Tls12,
        _ => SslProtocols.Tls13,
    };
#pragma warning restore SYSLIB0039, CA5397
}
