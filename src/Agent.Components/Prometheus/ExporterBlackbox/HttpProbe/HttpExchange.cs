using System.Net;
using System.Net.Http.Headers;
using Agent.Components.Common.Http;
using Agent.Components.Prometheus.ExporterBlackbox.Modules;
using Agent.Components.Prometheus.ExporterBlackbox.Probing;

namespace Agent.Components.Prometheus.ExporterBlackbox.HttpProbe;

/// <summary>A request and those that redirects lead to. Each has a connection of its own, as upstream has it, so that each phase is seen.</summary>
internal sealed class HttpExchange : IDisposable
{
    private const int MostRedirects = 10;

    private readonly ProbeRun _run;
    private readonly HttpProbeOptions _options;
    private readonly Uri _first;
    private readonly IPAddress? _address;
    private readonly ProbeRequests _requests;
    private readonly CookieContainer _cookies = new();
    private readonly CurrentTransport _current = new();
    private readonly HttpMessageInvoker _authenticated;
    private readonly HttpMessageInvoker _plain;
    private readonly List<IDisposable> _owned = [];
    private readonly IWebProxy? _proxy;

    /// <param name="run">The probe.</param>
    /// <param name="options">The module's, or those of this one request.</param>
    /// <param name="url">Where to begin.</param>
    /// <param name="address">The address that was chosen for its host; null leaves that to the proxy.</param>
    public HttpExchange(ProbeRun run, HttpProbeOptions options, Uri url, IPAddress? address)
    {
        (_run, _options, _first, _address) = (run, options, url, address);
        _requests = new ProbeRequests(options);
        _proxy = ProxyOf(options.Client.Http.Proxy);
        _plain = new HttpMessageInvoker(_current, disposeHandler: false);
        _authenticated = new HttpMessageInvoker(
            AuthenticationHandler.Wrap(_requests.Authentication(), run.Services.Time, _current), disposeHandler: true);
    }

    public List<ProbeTransport> Trips { get; } = [];

    public int Redirects { get; private set; }

    /// <summary>A redirect was met and not followed: the answer has no body to look at.</summary>
    public bool EndsWithRedirect { get; private set; }

    /// <exception cref="HttpRequestException">There was no answer.</exception>
    public async Task<HttpResponseMessage> SendAsync(CancellationToken stop)
    {
        Uri url = _first;
        var method = new HttpMethod(_options.Method);
        bool withBody = true;
        string? host = _requests.Host;
        while (true)
        {
            HttpResponseMessage response = await SendOneAsync(url, method, withBody, host, stop);
            if (Target(response, url, withBody) is not { } next)
            {
                return response;
            }
            Redirects++;
            _run.Log.Debug("Received redirect", ("location", next));
            if (Redirects > MostRedirects || !_options.Client.Http.FollowRedirects)
            {
                _run.Log.Debug("Not following redirect");
                EndsWithRedirect = true;
                return response;
            }
            if (response.StatusCode is not (HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect))
            {
                withBody = false;
                method = method == HttpMethod.Head ? method : HttpMethod.Get;
            }
            host = IsSameHost(next) ? host : null;
            url = next;
        }
    }

    public void Dispose()
    {
        _authenticated.Dispose();
        _plain.Dispose();
        _current.Dispose();
        _owned.ForEach(static resource => resource.Dispose());
        Trips.ForEach(static trip => trip.Dispose());
    }

    private async Task<HttpResponseMessage> SendOneAsync(Uri url, HttpMethod method, bool withBody, string? host, CancellationToken stop)
    {
        bool isOurs = IsSameHost(url);
        var trip = new ProbeTransport(_run, new Route(url, TlsFor(isOurs), isOurs ? _requests.ServerName(url) : url.IdnHost)
        {
            Address = isOurs ? _address : null,
            Addresses = _options.Address,
            Proxy = _proxy,
            Cookies = _cookies,
        });
        Trips.Add(trip);
        _current.Transport = new HttpMessageInvoker(trip.Handler, disposeHandler: false);
        _owned.Add(_current.Transport);
        // Credentials and headers are for the host that they were written for, and those below it.
        bool isTrusted = isOurs || url.IdnHost.EndsWith("." + _first.IdnHost, StringComparison.OrdinalIgnoreCase);
        HttpRequestMessage request = _requests.Create(method, Addressed(url, isOurs, ref host), withBody, isTrusted);
        _owned.Add(request);
        if (host is not null)
        {
            request.Headers.TryAddWithoutValidation("Host", host);
        }
        _run.Log.Debug("Making HTTP request", ("url", url), ("host", host ?? url.Authority));
        HttpResponseMessage response = await (isTrusted ? _authenticated : _plain).SendAsync(request, stop);
        trip.ResponseStart = _run.Now;
        trip.Session?.Inspect();
        _owned.Add(response);
        _run.Log.Debug("Received HTTP response", ("status_code", (int)response.StatusCode));
        return response;
    }

    // A proxy is given the address that was chosen, not the name: else it would choose one itself.
    private Uri Addressed(Uri url, bool isOurs, ref string? host)
    {
        if (!isOurs || _address is null || _proxy is null || _proxy.IsBypassed(url))
        {
            return url;
        }
        host ??= url.Authority;
        return new UriBuilder(url) { Host = _address.ToString() }.Uri;
    }

    private ProbeTlsOptions TlsFor(bool isOurs) => isOurs
        ? _options.Client.Tls
        : _options.Client.Tls with { Client = _options.Client.Tls.Client with { ServerName = "" } };

    private bool IsSameHost(Uri url) => url.IdnHost.Equals(_first.IdnHost, StringComparison.OrdinalIgnoreCase);

    /// <summary>Where an answer sends us; null where it is the last one.</summary>
    private Uri? Target(HttpResponseMessage response, Uri from, bool withBody)
    {
        bool keepsBody = response.StatusCode is HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;
        bool isRedirect = keepsBody || response.StatusCode is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther;
        if (!isRedirect || !response.Headers.NonValidated.TryGetValues("Location", out HeaderStringValues locations)
            || (keepsBody && withBody && _options.BodyFile.Length > 0))
        {
            return null;
        }
        string location = locations.ToString();
        if (!Uri.TryCreate(from, location, out Uri? target))
        {
            throw new HttpRequestException($"failed to parse Location header \"{location}\"");
        }
        return target.Scheme is "http" or "https" ? target : throw new HttpRequestException($"unsupported protocol scheme \"{target.Scheme}\"");
    }

    private static IWebProxy? ProxyOf(ProxyOptions proxy) => proxy switch
    {
        { ProxyUrl.Length: > 0 } => new ProxySelection(proxy.ProxyUrl, proxy.NoProxy),
        { ProxyFromEnvironment: true } => HttpClient.DefaultProxy,
        _ => null,
    };

    /// <summary>Hands requests to the transport of the moment, so that the token of one probe serves all of its redirects.</summary>
    private sealed class CurrentTransport : HttpMessageHandler
    {
        public HttpMessageInvoker? Transport { get; set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Transport!.SendAsync(request, cancellationToken);
    }
}
