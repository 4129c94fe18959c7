using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using Agent.Sdk;

namespace Agent.Components.Loki.SourceSyslog;

/// <summary>Host and port that a listener is bound to.</summary>
internal sealed record ListenAddress(string Host, int Port)
{
    public static bool TryParse(string text, [NotNullWhen(true)] out ListenAddress? address)
    {
        address = null;
        int colon = text.LastIndexOf(':');
        if (colon < 0 || !int.TryParse(text.AsSpan(colon + 1), out int port) || port is < 0 or > IPEndPoint.MaxPort)
        {
            return false;
        }
        string host = text[..colon];
        if (host is ['[', .., ']'])
        {
            host = host[1..^1];
        }
        else if (host.Contains(':', StringComparison.Ordinal))
        {
            return false;
        }
        address = new ListenAddress(host, port);
        return true;
    }

    /// <exception cref="ComponentException">The host has no address of that kind.</exception>
    public async ValueTask<IPEndPoint> ResolveAsync(SyslogProtocol protocol, CancellationToken stop)
    {
        AddressFamily? wanted = protocol switch
        {
            SyslogProtocol.Tcp4 or SyslogProtocol.Udp4 => AddressFamily.InterNetwork,
            SyslogProtocol.Tcp6 or SyslogProtocol.Udp6 => AddressFamily.InterNetworkV6,
            _ => null,
        };
        if (Host.Length == 0)
        {
            bool six = wanted != AddressFamily.InterNetwork && (wanted is not null || Socket.OSSupportsIPv6);
            return new IPEndPoint(six ? IPAddress.IPv6Any : IPAddress.Any, Port);
        }
        try
        {
            IPAddress[] found = IPAddress.TryParse(Host, out IPAddress? literal) ? [literal] : await Dns.GetHostAddressesAsync(Host, stop);
            IPAddress? address = wanted is null
                ? found.FirstOrDefault(static one => one.AddressFamily == AddressFamily.InterNetwork) ?? found.FirstOrDefault()
                : found.FirstOrDefault(one => one.AddressFamily == wanted);
            return new IPEndPoint(address ?? throw new SocketException((int)SocketError.AddressFamilyNotSupported), Port);
        }
        catch (SocketException failed)
        {
            throw new ComponentException($"cannot listen on {Host}:{Port}: {failed.Message}", failed);
        }
    }
}
