using System.Net;
using System.Net.Sockets;

namespace Agent.Components.Prometheus.ExporterBlackbox.Probing;

/// <summary>Addresses as Go's net package reads and writes them: <c>host:port</c>, <c>[::1]:port</c>.</summary>
internal static class HostAndPort
{
    /// <summary>Takes a target apart; the error is worded as Go words it.</summary>
    /// <returns>Null where that cannot be done.</returns>
    public static (string Host, string Port)? Split(string target, out string error)
    {
        error = "";
        int colon = target.LastIndexOf(':');
        if (colon < 0)
        {
            error = $"address {target}: missing port in address";
            return null;
        }
        if (target.StartsWith('['))
        {
            int end = target.IndexOf(']', StringComparison.Ordinal);
            if (end < 0 || end + 1 != colon)
            {
                error = $"address {target}: {(end < 0 ? "missing ']'" : "missing port")} in address";
                return null;
            }
            return (target[1..end], target[(colon + 1)..]);
        }
        if (target.IndexOf(':', StringComparison.Ordinal) != colon)
        {
            error = $"address {target}: too many colons in address";
            return null;
        }
        return (target[..colon], target[(colon + 1)..]);
    }

    /// <exception cref="ProbeException">It is no port.</exception>
    public static int Port(string text) => ushort.TryParse(text, out ushort port) ? port : throw new ProbeException($"unknown port {text}");

    /// <summary>The address that a probe is sent from, of the kind of the target's; null where none is asked for.</summary>
    /// <exception cref="ProbeException">It is no address.</exception>
    public static IPAddress? Source(ProbeRun run, string text)
    {
        if (text.Length == 0)
        {
            return null;
        }
        if (!IPAddress.TryParse(text, out IPAddress? source))
        {
            throw new ProbeException($"error parsing source ip address: {text}");
        }
        run.Log.Debug("Using local address", ("srcIP", source));
        return source;
    }

    /// <summary>A connection over TCP, without delay; cut off when <paramref name="stop"/> fires.</summary>
    public static async Task<NetworkStream> ConnectAsync(EndPoint target, IPAddress? source, CancellationToken stop)
    {
        bool isLocal = target is UnixDomainSocketEndPoint;
        var socket = new Socket(target.AddressFamily, SocketType.Stream, isLocal ? ProtocolType.Unspecified : ProtocolType.Tcp);
        try
        {
            if (!isLocal)
            {
                socket.NoDelay = true;
            }
            if (source is not null)
            {
                socket.Bind(new IPEndPoint(source, 0));
            }
            await socket.ConnectAsync(target, stop);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
