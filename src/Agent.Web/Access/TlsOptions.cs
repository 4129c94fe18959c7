using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;

namespace Agent.Web.Access;

public sealed record TlsOptions : IValidated
{
    /// <summary>PEM data of the server's certificate.</summary>
    public string CertPem { get; init; } = "";

    /// <summary>Path to the server's certificate.</summary>
    public string CertFile { get; init; } = "";

    /// <summary>PEM data of the server's key.</summary>
    public Secret KeyPem { get; init; } = new("");

    /// <summary>Path to the server's key.</summary>
    public string KeyFile { get; init; } = "";

    /// <summary>PEM data of the authority that client certificates are checked against.</summary>
    public string ClientCaPem { get; init; } = "";

    /// <summary>Path to the authority that client certificates are checked against.</summary>
    public string ClientCaFile { get; init; } = "";

    /// <summary>Whether clients are asked for a certificate, and whether it is checked.</summary>
    public ClientAuth ClientAuthType { get; init; } = ClientAuth.NoClientCert;

    /// <summary>Cipher suites of TLS 1.2 and older; those of TLS 1.3 are always all allowed.</summary>
    public ValueList<CipherSuite> CipherSuites { get; init; } = [];

    /// <summary>Elliptic curves in order of preference.</summary>
    [NotHonoured("the TLS library decides on curves")]
    public ValueList<Curve> CurvePreferences { get; init; } = [];

    /// <summary>Oldest TLS version to accept; TLS 1.2 where empty.</summary>
    public TlsVersion? MinVersion { get; init; }

    /// <summary>Newest TLS version to accept.</summary>
    public TlsVersion? MaxVersion { get; init; }

    /// <summary>Certificates from the Windows certificate store.</summary>
    [Block]
    public WindowsCertificateFilter? WindowsCertificateFilter { get; init; }

    public void Validate(ValidationContext context)
    {
        if (WindowsCertificateFilter is not null)
        {
            ValidateFilter(context);
            return;
        }
        Exclude(context, "client_ca_pem", ClientCaPem, ClientCaFile);
        Exclude(context, "cert_pem", CertPem, CertFile);
        Exclude(context, "key_pem", KeyPem.Reveal(), KeyFile);
        if (CertPem.Length + CertFile.Length == 0)
        {
            context.Error("must specify either cert_pem or cert_file");
        }
        if (KeyPem.Reveal().Length + KeyFile.Length == 0)
        {
            context.Error("must specify either key_pem or key_file");
        }
        if (ClientCaPem.Length + ClientCaFile.Length > 0 && ClientAuthType == ClientAuth.NoClientCert)
        {
            context.Error("cannot specify client_ca_pem or client_ca_file when client_auth_type is NoClientCert");
        }
        if (MinVersion > MaxVersion)
        {
            context.Error("max_version", "cannot accept any TLS version: max_version is older than min_version");
        }
    }

    private void ValidateFilter(ValidationContext context)
    {
        if (CertPem.Length + CertFile.Length + KeyPem.Reveal().Length + KeyFile.Length + ClientCaPem.Length + ClientCaFile.Length > 0)
        {
            context.Error("cannot specify any key, certificate or CA when using windows certificate filter");
        }
        context.Warn(
            "windows_certificate_filter", "windows_certificate_filter exists on Windows only: the agent refuses to run with it elsewhere",
            "use cert_file and key_file");
    }

    private static void Exclude(ValidationContext context, string name, string pem, string file)
    {
        if (pem.Length > 0 && file.Length > 0)
        {
            context.Error(name, $"cannot specify both {name} and {name[..^3]}file");
        }
    }
}

public enum ClientAuth
{
    [Name("NoClientCert")]
    NoClientCert,

    [Name("RequestClientCert")]
    RequestClientCert,

    [Name("RequireAnyClientCert")]
    RequireAnyClientCert,

    [Name("VerifyClientCertIfGiven")]
    VerifyClientCertIfGiven,

    [Name("RequireAndVerifyClientCert")]
    RequireAndVerifyClientCert,
}

public enum TlsVersion
{
    [Name("TLS10")]
    Tls10,

    [Name("TLS11")]
    Tls11,

    [Name("TLS12")]
    Tls12,

    [Name("TLS13")]
    Tls13,
}

public enum Curve
{
    [Name("CurveP256")]
    P256,

    [Name("CurveP384")]
    P384,

    [Name("CurveP521")]
    P521,

    [Name("X25519")]
    X25519,
}
