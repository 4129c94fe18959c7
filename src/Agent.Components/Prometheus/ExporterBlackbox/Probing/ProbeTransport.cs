using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Agent.Components.Prometheus.ExporterBlackbox.Modules;

namespace Agent.Components.Prometheus.ExporterBlackbox.Probing;

/// <summary>What one request over HTTP goes through: which address, whose certificate, and when each phase ended.</summary>
internal sealed class ProbeTransport : IDisposable
{
    private readonly ProbeRun _run;
    private readonly IPAddress? _address;
    private readonly AddressOptions _addresses;
    private readonly bool _isProxied;

    /// <param name="run">The probe.</param>
    /// <param name="route">The way to the server.</param>
    public ProbeTransport(ProbeRun run, Route route)
    {
        (_run, _address, _addresses) = (run, route.Address, route.Addresses);
        Uri? proxy = route.Proxy is { } proxies && !proxies.IsBypassed(route.Url) ? proxies.GetProxy(route.Url) : null;
        _isProxied = proxy is not null;
        IsTls = route.Url.Scheme == Uri.UriSchemeHttps;
        Session = IsTls ? new TlsSession(route.Tls, route.ServerName) { OnCertificate = MarkHandshake } : null;
        Handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = route.Cookies is not null,
            ActivityHeadersPropagator = null,
            UseProxy = _isProxied,
            Proxy = proxy is null ? null : new ChosenProxy(proxy, route.Proxy?.Credentials),
            ConnectCallback = ConnectAsync,
        };
        if (_isProxied && Session is not null)
        {
            Handler.SslOptions = Session.Options();
        }
        if (route.Cookies is not null)
        {
            Handler.CookieContainer = route.Cookies;
        }
    }

    public SocketsHttpHandler Handler { get; }

    public TlsSession? Session { get; }

    public bool IsTls { get; }

    // Moments; 0 for what was not reached.
    public long Start { get; private set; }

    public long LookedUp { get; private set; }

    public long Connected { get; private set; }

    public long HandshakeStart { get; private set; }

    public long HandshakeEnd { get; private set; }

    public long Ready { get; private set; }

    public long ResponseStart { get; set; }

    public long End { get; set; }

    public void Dispose()
    {
        Handler.Dispose();
        Session?.Dispose();
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken stop)
    {
        Start = _run.Now;
        IPAddress address = !_isProxied && _address is not null ? _address : await LookUpAsync(context.DnsEndPoint.Host, stop);
        LookedUp = _run.Now;
        NetworkStream stream = await HostAndPort.ConnectAsync(new IPEndPoint(address, context.DnsEndPoint.Port), null, stop);
        Connected = Ready = _run.Now;
        if (Session is null)
        {
            return stream;
        }
        HandshakeStart = Connected;
        if (_isProxied)
        {
            // TLS begins behind the proxy's consent, and the transport does it.
            return stream;
        }
        try
        {
            SslStream secure = await Session.HandshakeAsync(stream, context.InitialRequestMessage.Version.Major >= 2
                ? [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11]
                : [SslApplicationProtocol.Http11], stop);
            MarkHandshake();
            return secure;
        }
        catch (AuthenticationException exception)
        {
            // As the transport itself would say it.
            throw new HttpRequestException(exception.Message, exception);
        }
    }

    private async Task<IPAddress> LookUpAsync(string host, CancellationToken stop) =>
        AddressChoice.Choose(await _run.Services.LookUp(host, stop), _addresses with { FallsBack = true })
            ?? throw new SocketException((int)SocketError.HostNotFound);

    /// <summary>The proxy that the URL was found to need. The transport must not ask again: it knows the address alone, not the name.</summary>
    private sealed class ChosenProxy(Uri address, ICredentials? credentials) : IWebProxy
    {
        public ICredentials? Credentials { get; set; } = credentials;

        public Uri GetProxy(Uri destination) => address;

        public bool IsBypassed(Uri host) => false;
    }

    private void MarkHandshake() => HandshakeEnd = Ready = _run.Now;
}

/// <summary>The way a request takes.</summary>
internal sealed record Route(Uri Url, ProbeTlsOptions Tls, string ServerName)
{
    /// <summary>The address to connect to; null looks the URL's host up.</summary>
    public IPAddress? Address { get; init; }

    public AddressOptions Addresses { get; init; } = AddressOptions.Default;

    public IWebProxy? Proxy { get; init; }

    public CookieContainer? Cookies { get; init; }
}
