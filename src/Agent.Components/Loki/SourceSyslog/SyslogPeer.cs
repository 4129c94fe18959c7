using System.Net;
using System.Text;

namespace Agent.Components.Loki.SourceSyslog;

/// <summary>A sender.</summary>
internal sealed class SyslogPeer(string address, string hostname)
{
    public string Address { get; } = address;

    public string Hostname { get; } = hostname;

    /// <summary>Both, as a part of the key that labels are remembered by.</summary>
    public byte[] Key { get; } = Encoding.UTF8.GetBytes($"{address}\n{hostname}\n");

    /// <summary>IPv4 in its own notation wherever it came in, and IPv6 without a scope.</summary>
    public static IPAddress Plain(IPAddress address) =>
        address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address.ScopeIdOrZero() != 0 ? new IPAddress(address.GetAddressBytes()) : address;
}

internal static class ScopedAddress
{
    public static long ScopeIdOrZero(this IPAddress address) =>
        address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? address.ScopeId : 0;
}
