using System.Net;

namespace Agent.Components.Common.Http;

/// <summary>Puts on each request what the options say of all requests: the HTTP version, the user agent, extra headers.</summary>
internal sealed class RequestDefaultsHandler(HttpClientOptions options, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private static readonly string UserAgent = $"Invar/{typeof(RequestDefaultsHandler).Assembly.GetName().Version?.ToString(3)}";

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Version = options.EnableHttp2 ? HttpVersion.Version20 : HttpVersion.Version11;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionOrLower;
        if (!request.Headers.Contains("User-Agent"))
        {
            request.Headers.TryAddWithoutValidation("User-Agent", UserAgent);
        }
        foreach ((string name, var values) in options.HttpHeaders)
        {
            request.Headers.Remove(name);
            foreach (var value in values)
            {
                request.Headers.TryAddWithoutValidation(name, value.Reveal());
            }
        }
        return base.SendAsync(request, cancellationToken);
    }
}
