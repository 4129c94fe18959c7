using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Agent.Web;

/// <summary>Reads <c>HOST:PORT</c> as Go does: no host means every address, and a host may be a name.</summary>
public static class ListenAddress
{
    /// <exception cref="FormatException">The text is no address.</exception>
    /// <exception cref="SocketException">The host name cannot be resolved.</exception>
    public static IPEndPoint Resolve(string text)
    {
        int colon = text.LastIndexOf(':');
        if (colon < 0 || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port))
        {
            throw new FormatException($"cannot read address {text}: it is not of the form HOST:PORT");
        }
        string host = text[..colon].Trim('[', ']');
        if (host.Length == 0)
        {
            return new IPEndPoint(Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any, port);
        }
        return new IPEndPoint(IPAddress.TryParse(host, out IPAddress? address) ? address : Dns.GetHostAddresses(host)[0], port);
    }
}
