using System.Net;

namespace Agent.Web.Prometheus;

/// <summary>A target's URL as seen from elsewhere: a target on this machine's loopback gets the machine's name.</summary>
internal static class GlobalUrl
{
    // The machine's name does not change under a running agent.
    private static readonly string Host = Dns.GetHostName();

    public static string Of(string url) => Of(url, Host);

    internal static string Of(string url, string host)
    {
        int start = url.IndexOf("://", StringComparison.Ordinal);
        if (start < 0)
        {
            return url;
        }
        start += "://".Length;
        int length = url.AsSpan(start).IndexOfAny('/', '?');
        ReadOnlySpan<char> authority = length < 0 ? url.AsSpan(start) : url.AsSpan(start, length);
        ReadOnlySpan<char> name = NameOf(authority);
        return name is "localhost" or "127.0.0.1" or "[::1]" ? string.Concat(url.AsSpan(0, start), host, url.AsSpan(start + name.Length)) : url;
    }

    private static ReadOnlySpan<char> NameOf(ReadOnlySpan<char> authority)
    {
        int end = authority.StartsWith("[") ? authority.IndexOf(']') + 1 : authority.IndexOf(':');
        return end > 0 ? authority[..end] : authority;
    }
}
