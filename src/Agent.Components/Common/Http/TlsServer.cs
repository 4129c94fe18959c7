using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Agent.Sdk;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Agent.Components.Common.Http;

/// <summary>Sets a listener up for TLS. Files are read again at each new connection if they changed.</summary>
internal sealed class TlsServer
{
    private readonly TlsServerOptions _options;
    private readonly PemCertificate _certificate;
    private readonly PemAuthorities _clientAuthorities;

    /// <exception cref="ComponentException">The certificate, its key or the authorities cannot be loaded.</exception>
    public TlsServer(TlsServerOptions options)
    {
        _options = options;
        _certificate = new PemCertificate(
            options.CertFile.Length > 0 ? "" : options.CertPem, options.CertFile, options.KeyFile.Length > 0 ? null : options.KeyPem, options.KeyFile);
        string clientCa = options.ClientCaPem.Length > 0 ? options.ClientCaPem : options.ClientCa;
        _clientAuthorities = new PemAuthorities(options.ClientCaFile.Length > 0 ? "" : clientCa, options.ClientCaFile);
        try
        {
            _certificate.Load();
            if (_clientAuthorities.AreGiven)
            {
                _clientAuthorities.Load();
            }
        }
        catch (IOException failed)
        {
            throw new ComponentException($"cannot serve over TLS: {failed.Message}", failed);
        }
    }

    public void Configure(ListenOptions listen) =>
        listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(Authentication()) });

    /// <summary>For a new connection.</summary>
    /// <exception cref="IOException">A file has changed and cannot be loaded.</exception>
    public SslServerAuthenticationOptions Authentication()
    {
        PemCertificate.Loaded loaded = _certificate.Load();
        bool asks = _options.ClientAuthType is not ("" or "NoClientCert");
        return new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(loaded.Leaf, loaded.Chain, offline: true),
            EnabledSslProtocols = TlsClient.ProtocolsFrom(_options.OldestVersion ?? TlsVersion.Tls12),
            ClientCertificateRequired = asks,
            RemoteCertificateValidationCallback = Accept,
        };
    }

    private bool Accept(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is not X509Certificate2 presented)
        {
            return !_options.RequiresClientCertificate;
        }
        return !_options.VerifiesClientCertificate
            || (_clientAuthorities.AreGiven ? _clientAuthorities.Vouch(presented, chain) : !errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors));
    }
}
