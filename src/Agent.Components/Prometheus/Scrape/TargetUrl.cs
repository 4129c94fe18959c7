using System.Text;

namespace Agent.Components.Prometheus.Scrape;

/// <summary>Puts a target's URL together as Go's net/url does: what is no valid URL character is escaped, never refused.</summary>
internal static class TargetUrl
{
    private const string Unreserved = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~";
    private const string HostChars = Unreserved + "!$&'()*+,;=:[]<>\"";
    private const string PathChars = Unreserved + "$&+,/:;=@";

    /// <param name="scheme">The protocol.</param>
    /// <param name="address">Host and port.</param>
    /// <param name="path">Unescaped.</param>
    /// <param name="parameters">By name; a name may have several values.</param>
    public static string Build(string scheme, string address, string path, SortedDictionary<string, string[]> parameters)
    {
        var url = new StringBuilder(scheme).Append("://");
        Escape(url, address, HostChars);
        if (path.Length > 0 && path[0] != '/')
        {
            url.Append('/');
        }
        Escape(url, path, PathChars);
        char separator = '?';
        foreach ((string name, string[] values) in parameters)
        {
            foreach (string value in values)
            {
                url.Append(separator);
                EscapeQuery(url, name);
                url.Append('=');
                EscapeQuery(url, value);
                separator = '&';
            }
        }
        return url.ToString();
    }

    private static void EscapeQuery(StringBuilder url, string text)
    {
        int start = url.Length;
        Escape(url, text, Unreserved + " ");
        url.Replace(' ', '+', start, url.Length - start);
    }

    private static void Escape(StringBuilder url, string text, string allowed)
    {
        Span<byte> bytes = stackalloc byte[4];
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (rune.IsAscii && allowed.Contains((char)rune.Value, StringComparison.Ordinal))
            {
                url.Append((char)rune.Value);
                continue;
            }
            int length = rune.EncodeToUtf8(bytes);
            foreach (byte next in bytes[..length])
            {
                url.Append('%').Append("0123456789ABCDEF"[next >> 4]).Append("0123456789ABCDEF"[next & 15]);
            }
        }
    }
}
