using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Agent.Components.Common.Http;

/// <summary>Sets a transport up for TLS. Files are read again at each new connection if they changed.</summary>
internal sealed class TlsClient
{
    private readonly TlsClientOptions _options;
    private readonly PemAuthorities _authorities;
    private readonly PemCertificate? _certificate;

    private TlsClient(TlsClientOptions options)
    {
        _options = options;
        _authorities = new PemAuthorities(options.CaPem, options.CaFile);
        _certificate = options.HasCertificate
            ? new PemCertificate(options.CertPem, options.CertFile, options.KeyPem, options.KeyFile)
            : null;
    }

    /// <param name="throughProxy">A proxied connection cannot be asked for another server name: only the certificate is checked for it.</param>
    public static void Configure(SocketsHttpHandler transport, TlsClientOptions options, bool throughProxy)
    {
        var tls = new TlsClient(options);
        transport.SslOptions.EnabledSslProtocols = ProtocolsFrom(options.MinVersion);
        transport.SslOptions.RemoteCertificateValidationCallback = tls.Accept;
        if (tls._certificate is not null)
        {
            transport.SslOptions.LocalCertificateSelectionCallback = (_, _, _, _, _) => tls._certificate.Load().Leaf;
        }
        if (options.ServerName.Length > 0 && !throughProxy)
        {
            transport.ConnectCallback = tls.ConnectAsync;
        }
    }

    internal static SslProtocols ProtocolsFrom(TlsVersion oldest) => oldest switch
    {
#pragma warning disable SYSLIB0039, CA5397 // The user asked for an old version by name.
        TlsVersion.Tls10 => SslProtocols.Tls | SslProtocols.Tls11 | SslProtocols.Tls12 | SslProtocols.Tls13,
        TlsVersion.Tls11 => SslProtocols.Tls11 | SslProtocols.Tls12 | SslProtocols.Tls13,
#pragma warning restore SYSLIB0039, CA5397
        TlsVersion.Tls13 => SslProtocols.Tls13,
        _ => SslProtocols.Tls12 | SslProtocols.Tls13,
    };

    private bool Accept(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (_options.InsecureSkipVerify)
        {
            return true;
        }
        if (certificate is not X509Certificate2 presented || errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable))
        {
            return false;
        }
        bool nameFits = _options.ServerName.Length > 0
            ? presented.MatchesHostname(_options.ServerName)
            : !errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch);
        bool trusted = _authorities.AreGiven
            ? _authorities.Vouch(presented, chain)
            : !errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors);
        return nameFits && trusted;
    }

    /// <summary>Connects by hand: the transport itself always asks for the URL's host.</summary>
    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken stop)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, stop);
            var stream = new NetworkStream(socket, ownsSocket: true);
            if (context.InitialRequestMessage.RequestUri?.Scheme != Uri.UriSchemeHttps)
            {
                return stream;
            }
            var secure = new SslStream(stream);
            var options = new SslClientAuthenticationOptions
            {
                TargetHost = _options.ServerName,
                EnabledSslProtocols = ProtocolsFrom(_options.MinVersion),
                RemoteCertificateValidationCallback = Accept,
                LocalCertificateSelectionCallback = _certificate is null ? null : (_, _, _, _, _) => _certificate.Load().Leaf,
                ApplicationProtocols = context.InitialRequestMessage.Version.Major >= 2
                    ? [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11]
                    : [SslApplicationProtocol.Http11],
            };
            await secure.AuthenticateAsClientAsync(options, stop);
            return secure;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
