using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;

namespace Agent.Components.Common.Http;

/// <summary>The oldest version of TLS that is spoken.</summary>
public enum TlsVersion
{
    [Name("TLS10")] Tls10,
    [Name("TLS11")] Tls11,
    [Name("TLS12")] Tls12,
    [Name("TLS13")] Tls13,
}

/// <summary>TLS settings of a client.</summary>
public sealed record TlsClientOptions : IValidated
{
    /// <summary>PEM text of the authorities that the server's certificate is checked against.</summary>
    public string CaPem { get; init; } = "";

    /// <summary>File of the authorities that the server's certificate is checked against; read again whenever it changes.</summary>
    public string CaFile { get; init; } = "";

    /// <summary>PEM text of the client's certificate.</summary>
    public string CertPem { get; init; } = "";

    /// <summary>File of the client's certificate; read again whenever it changes.</summary>
    public string CertFile { get; init; } = "";

    /// <summary>PEM text of the client's key.</summary>
    public Secret? KeyPem { get; init; }

    /// <summary>File of the client's key; read again whenever it changes.</summary>
    public string KeyFile { get; init; } = "";

    /// <summary>Name that the server is asked for and that its certificate must carry; the URL's host where empty.</summary>
    public string ServerName { get; init; } = "";

    /// <summary>Accepts any certificate of the server.</summary>
    public bool InsecureSkipVerify { get; init; }

    /// <summary>Oldest version of TLS that is spoken.</summary>
    public TlsVersion MinVersion { get; init; } = TlsVersion.Tls12;

    internal bool HasKeyPem => KeyPem is { } key && key.Reveal().Length > 0;

    internal bool HasCertificate => CertPem.Length > 0 || CertFile.Length > 0;

    public void Validate(ValidationContext context)
    {
        Pair(context, CaPem.Length > 0 && CaFile.Length > 0, "ca_pem", "ca_file");
        Pair(context, CertPem.Length > 0 && CertFile.Length > 0, "cert_pem", "cert_file");
        Pair(context, HasKeyPem && KeyFile.Length > 0, "key_pem", "key_file");
        bool hasKey = HasKeyPem || KeyFile.Length > 0;
        if (HasCertificate && !hasKey)
        {
            context.Error(CertPem.Length > 0 ? "cert_pem" : "cert_file", "cannot use the client certificate: key_pem or key_file is missing");
        }
        if (hasKey && !HasCertificate)
        {
            context.Error(HasKeyPem ? "key_pem" : "key_file", "cannot use the client key: cert_pem or cert_file is missing");
        }
    }

    private static void Pair(ValidationContext context, bool both, string text, string file)
    {
        if (both)
        {
            context.Error(file, $"cannot use both: at most one of {text} and {file} may be set");
        }
    }
}
