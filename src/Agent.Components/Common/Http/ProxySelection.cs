using System.Net;

namespace Agent.Components.Common.Http;

/// <summary>One proxy for all hosts but those that <c>no_proxy</c> names.</summary>
/// <remarks>
/// Mirrors golang.org/x/net/http/httpproxy: <c>*</c> is everything, <c>10.0.0.0/8</c> a network, <c>.x.y</c> the names below,
/// <c>x.y</c> the name and those below, each with an optional port; loopback never goes through a proxy.
/// </remarks>
public sealed class ProxySelection : IWebProxy
{
    private readonly Uri _proxy;
    private readonly List<Func<string, IPAddress?, int, bool>> _exceptions = [];

    public ProxySelection(string proxyUrl, string noProxy)
    {
        _proxy = new Uri(proxyUrl);
        if (_proxy.UserInfo is { Length: > 0 } user)
        {
            string[] parts = user.Split(':', 2);
            Credentials = new NetworkCredential(Uri.UnescapeDataString(parts[0]), parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : "");
        }
        foreach (string item in noProxy.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            _exceptions.Add(Exception(item.ToLowerInvariant()));
        }
    }

    public ICredentials? Credentials { get; set; }

    public Uri? GetProxy(Uri destination) => IsBypassed(destination) ? null : _proxy;

    public bool IsBypassed(Uri host)
    {
        string name = host.IdnHost.ToLowerInvariant().TrimEnd('.');
        IPAddress? address = IPAddress.TryParse(name, out IPAddress? parsed) ? parsed : null;
        return name == "localhost" || (address is not null && IPAddress.IsLoopback(address))
            || _exceptions.Exists(matches => matches(name, address, host.Port));
    }

    private static Func<string, IPAddress?, int, bool> Exception(string item)
    {
        if (item == "*")
        {
            return static (_, _, _) => true;
        }
        if (IPNetwork.TryParse(item, out IPNetwork network))
        {
            return (_, address, _) => address is not null && network.Contains(address);
        }
        if (IPEndPoint.TryParse(item, out IPEndPoint? endpoint))
        {
            return (_, address, port) => endpoint.Address.Equals(address) && (endpoint.Port == 0 || endpoint.Port == port);
        }
        int colon = item.LastIndexOf(':');
        int only = colon > 0 && int.TryParse(item.AsSpan(colon + 1), out int given) ? given : 0;
        string domain = only > 0 ? item[..colon] : item;
        string below = domain.StartsWith("*.", StringComparison.Ordinal) ? domain[1..] : domain;
        bool itself = !below.StartsWith('.');
        below = itself ? "." + below : below;
        return (name, _, port) => (only == 0 || only == port)
            && (name.EndsWith(below, StringComparison.Ordinal) || (itself && name == below[1..]));
    }
}
