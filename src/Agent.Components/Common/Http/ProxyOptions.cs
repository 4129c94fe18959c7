using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;

namespace Agent.Components.Common.Http;

/// <summary>The way requests take.</summary>
public sealed record ProxyOptions : IValidated
{
    /// <summary>HTTP proxy that requests go through.</summary>
    public string ProxyUrl { get; init; } = "";

    /// <summary>Comma-separated addresses, networks and domains that are reached without the proxy.</summary>
    public string NoProxy { get; init; } = "";

    /// <summary>Takes the proxy from HTTP_PROXY, HTTPS_PROXY and NO_PROXY.</summary>
    public bool ProxyFromEnvironment { get; init; }

    /// <summary>Headers sent to the proxy with CONNECT requests.</summary>
    [NotHonoured("the proxy is asked with the standard headers only")]
    public ValueMap<ValueList<Secret>> ProxyConnectHeader { get; init; } = ValueMap<ValueList<Secret>>.Empty;

    public void Validate(ValidationContext context)
    {
        if (ProxyUrl.Length > 0 && !Uri.TryCreate(ProxyUrl, UriKind.Absolute, out _))
        {
            context.Error("proxy_url", "cannot use the proxy: proxy_url is no absolute URL");
        }
        if (ProxyConnectHeader.Count > 0 && !ProxyFromEnvironment && ProxyUrl.Length == 0)
        {
            context.Error("proxy_connect_header", "cannot use proxy_connect_header: proxy_url or proxy_from_environment must be set");
        }
        if (ProxyFromEnvironment && ProxyUrl.Length > 0)
        {
            context.Error("proxy_url", "cannot use two proxies: proxy_url may not be set beside proxy_from_environment");
        }
        if (ProxyFromEnvironment && NoProxy.Length > 0)
        {
            context.Error("no_proxy", "cannot use no_proxy: it may not be set beside proxy_from_environment");
        }
        if (NoProxy.Length > 0 && ProxyUrl.Length == 0)
        {
            context.Error("no_proxy", "cannot use no_proxy: proxy_url must be set");
        }
    }
}
