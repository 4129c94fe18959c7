using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Agent.Components.Common.Http;
using Agent.Components.Prometheus.ExporterBlackbox.Modules;

namespace Agent.Components.Prometheus.ExporterBlackbox.Probing;

/// <summary>Checks one server's certificate as a probe's options say, and remembers what it saw of it.</summary>
internal sealed class TlsSession : IDisposable
{
    private readonly TlsClientOptions _options;
    private readonly PemAuthorities _authorities;
    private readonly PemCertificate? _certificate;
    private readonly SslProtocols _protocols;
    private readonly string _serverName;
    private SslStream? _stream;

    /// <param name="options">Whom to trust, and who we are.</param>
    /// <param name="serverName">Whom to ask for where the options name nobody.</param>
    public TlsSession(ProbeTlsOptions options, string serverName)
    {
        _options = options.Client;
        _protocols = options.Protocols;
        _serverName = _options.ServerName.Length > 0 ? _options.ServerName : serverName;
        _authorities = new PemAuthorities(_options.CaPem, _options.CaFile);
        _certificate = _options.HasCertificate
            ? new PemCertificate(_options.CertPem, _options.CertFile, _options.KeyPem, _options.KeyFile)
            : null;
    }

    /// <summary>The server's own certificate; null until a handshake has shown it.</summary>
    public X509Certificate2? Leaf { get; private set; }

    /// <summary>When the first of the certificates that were sent expires.</summary>
    public DateTime EarliestExpiry { get; private set; }

    /// <summary>When the first of the certificates up to the trusted authority expires; null where nothing was verified.</summary>
    public DateTime? ChainExpiry { get; private set; }

    public SslProtocols Version { get; private set; }

    public TlsCipherSuite Cipher { get; private set; }

    /// <summary>Why the certificate was refused; empty where it was not.</summary>
    public string Refusal { get; private set; } = "";

    /// <summary>Does the handshake.</summary>
    /// <exception cref="AuthenticationException">The certificate is refused, or the two have no common ground.</exception>
    /// <exception cref="IOException">The connection broke, or a file of the options cannot be used.</exception>
    public async Task<SslStream> HandshakeAsync(Stream inner, IEnumerable<SslApplicationProtocol> protocols, CancellationToken stop)
    {
        var secure = new SslStream(inner);
        try
        {
            SslClientAuthenticationOptions options = Options();
            options.ApplicationProtocols = [.. protocols];
            await secure.AuthenticateAsClientAsync(options, stop);
            (Version, Cipher) = (secure.SslProtocol, secure.NegotiatedCipherSuite);
            return secure;
        }
        catch (AuthenticationException exception) when (Refusal.Length > 0)
        {
            await secure.DisposeAsync();
            throw new AuthenticationException("tls: failed to verify certificate: " + Refusal, exception);
        }
        catch
        {
            await secure.DisposeAsync();
            throw;
        }
    }

    /// <summary>Asks a connection whose handshake somebody else did for its version, unless it is closed already.</summary>
    public void Inspect()
    {
        if (Version != SslProtocols.None || _stream is null)
        {
            return;
        }
        try
        {
            (Version, Cipher) = (_stream.SslProtocol, _stream.NegotiatedCipherSuite);
        }
        catch (InvalidOperationException)
        {
            // Closed as soon as the answer was here: its version stays unknown.
        }
    }

    /// <summary>For transports that do the handshake themselves, as behind a proxy.</summary>
    public SslClientAuthenticationOptions Options()
    {
        var policy = new X509ChainPolicy
        {
            RevocationMode = X509RevocationMode.NoCheck,
            // A probe asks the target alone: what the target does not send is missing.
            DisableCertificateDownloads = true,
        };
        if (_authorities.AreGiven)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(_authorities.Load());
        }
        return new SslClientAuthenticationOptions
        {
            TargetHost = _serverName,
            EnabledSslProtocols = _protocols,
            CertificateChainPolicy = policy,
            RemoteCertificateValidationCallback = Accept,
            LocalCertificateSelectionCallback = _certificate is null ? null : (_, _, _, _, _) => _certificate.Load().Leaf,
        };
    }

    /// <summary>Called when the server has shown its certificate.</summary>
    public Action? OnCertificate { get; init; }

    public void Dispose() => Leaf?.Dispose();

    private bool Accept(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        _stream = sender as SslStream;
        OnCertificate?.Invoke();
        if (certificate is not X509Certificate2 presented)
        {
            Refusal = "the server shows no certificate";
            return false;
        }
        Leaf?.Dispose();
        Leaf = X509CertificateLoader.LoadCertificate(presented.RawDataMemory.Span);
        EarliestExpiry = Earliest((chain?.ChainPolicy.ExtraStore ?? []).Append(presented));
        if (_options.InsecureSkipVerify)
        {
            return true;
        }
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
        {
            Refusal = string.Join("; ", (chain?.ChainStatus ?? []).Select(static status => status.StatusInformation.Trim()).Distinct());
            Refusal = Refusal.Length > 0 ? Refusal : "no trusted authority vouches for it";
            return false;
        }
        if (!Fits(presented))
        {
            Refusal = $"it is not valid for {_serverName}";
            return false;
        }
        ChainExpiry = chain is null ? null : Earliest(chain.ChainElements.Select(static element => element.Certificate));
        return true;
    }

    private bool Fits(X509Certificate2 presented) => Uri.CheckHostName(_serverName) != UriHostNameType.Unknown
        && presented.MatchesHostname(_serverName.Trim('[', ']'), allowWildcards: true, allowCommonName: false);

    private static DateTime Earliest(IEnumerable<X509Certificate2> certificates) =>
        certificates.Min(static certificate => certificate.NotAfter.ToUniversalTime());
}
