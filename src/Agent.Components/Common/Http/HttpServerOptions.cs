using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;

namespace Agent.Components.Common.Http;

/// <summary>An HTTP server.</summary>
public sealed record HttpServerOptions
{
    /// <summary>Address that the server listens on; all addresses where empty.</summary>
    public string ListenAddress { get; init; } = "";

    /// <summary>Port that the server listens on; 0 takes any free one.</summary>
    public int ListenPort { get; init; } = 8080;

    /// <summary>Most connections at a time; 0 sets no limit.</summary>
    public int ConnLimit { get; init; }

    /// <summary>Longest time a request may take to arrive.</summary>
    public TimeSpan ServerReadTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest time until a request is answered.</summary>
    public TimeSpan ServerWriteTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest time a connection may stay idle.</summary>
    public TimeSpan ServerIdleTimeout { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>Serves over TLS.</summary>
    [Block] public TlsServerOptions? Tls { get; init; }
}

/// <summary>TLS settings of a server.</summary>
public sealed record TlsServerOptions : IValidated
{
    /// <summary>PEM text of the server's certificate.</summary>
    public string CertPem { get; init; } = "";

    /// <summary>File of the server's certificate; read again whenever it changes. Counts before the text.</summary>
    public string CertFile { get; init; } = "";

    /// <summary>PEM text of the server's key.</summary>
    public Secret? KeyPem { get; init; }

    /// <summary>File of the server's key; read again whenever it changes. Counts before the text.</summary>
    public string KeyFile { get; init; } = "";

    /// <summary>Whether clients must show a certificate, and what for: NoClientCert, RequestClientCert, RequireAnyClientCert, VerifyClientCertIfGiven or RequireAndVerifyClientCert.</summary>
    public string ClientAuthType { get; init; } = "NoClientCert";

    /// <summary>File of the authorities that clients' certificates are checked against.</summary>
    public string ClientCaFile { get; init; } = "";

    /// <summary>PEM text of the authorities that clients' certificates are checked against.</summary>
    public string ClientCaPem { get; init; } = "";

    /// <summary>The same as client_ca_pem, under the name that Alloy's own configurations use.</summary>
    public string ClientCa { get; init; } = "";

    /// <summary>Oldest version of TLS that is spoken: VersionTLS10, VersionTLS11, VersionTLS12 or VersionTLS13.</summary>
    public string MinVersion { get; init; } = "";

    /// <summary>Cipher suites.</summary>
    [NotHonoured("the platform's own choice of cipher suites is used")]
    public string CipherSuites { get; init; } = "";

    internal TlsVersion? OldestVersion => MinVersion switch
    {
        "" or "VersionTLS12" => TlsVersion.Tls12,
        "VersionTLS10" => TlsVersion.Tls10,
        "VersionTLS11" => TlsVersion.Tls11,
        "VersionTLS13" => TlsVersion.Tls13,
        _ => null,
    };

    internal bool RequiresClientCertificate => ClientAuthType is "RequireAnyClientCert" or "RequireAndVerifyClientCert";

    internal bool VerifiesClientCertificate => ClientAuthType is "VerifyClientCertIfGiven" or "RequireAndVerifyClientCert";

    public void Validate(ValidationContext context)
    {
        // Warnings where Alloy accepts the configuration and takes the file.
        Both(context, CertPem.Length > 0 && CertFile.Length > 0, "cert_pem", "cert_file");
        Both(context, KeyPem?.Reveal().Length > 0 && KeyFile.Length > 0, "key_pem", "key_file");
        Both(context, ClientCa.Length + ClientCaPem.Length > 0 && ClientCaFile.Length > 0, "client_ca_pem", "client_ca_file");
        if (ClientAuthType is not ("" or "NoClientCert" or "RequestClientCert") && !RequiresClientCertificate && !VerifiesClientCertificate)
        {
            context.Error(
                "client_auth_type", $"cannot use client_auth_type \"{ClientAuthType}\": it is unknown",
                "use NoClientCert, RequestClientCert, RequireAnyClientCert, VerifyClientCertIfGiven or RequireAndVerifyClientCert");
        }
        if (OldestVersion is null)
        {
            context.Error(
                "min_version", $"cannot use min_version \"{MinVersion}\": it is unknown",
                "use VersionTLS10, VersionTLS11, VersionTLS12 or VersionTLS13");
        }
    }

    private static void Both(ValidationContext context, bool both, string text, string file)
    {
        if (both)
        {
            context.Warn(text, $"{text} is not used: {file} is set as well");
        }
    }
}
