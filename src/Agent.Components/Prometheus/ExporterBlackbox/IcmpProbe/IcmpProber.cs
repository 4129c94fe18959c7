using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Agent.Components.Prometheus.ExporterBlackbox.Modules;
using Agent.Components.Prometheus.ExporterBlackbox.Probing;
using Agent.Components.Prometheus.ExporterUnix;

namespace Agent.Components.Prometheus.ExporterBlackbox.IcmpProbe;

/// <summary>Sends one echo request and waits for its reply.</summary>
internal sealed class IcmpProber : IProber
{
    private const int LongestDatagram = 65536;

    private static readonly Family Duration = Family.Gauge("probe_icmp_duration_seconds", "Duration of icmp request by phase", "phase");
    private static readonly Family HopLimit = Family.Gauge("probe_icmp_reply_hop_limit", "Replied packet hop limit (TTL for ipv4)");

    public async Task<bool> ProbeAsync(ProbeRun run, CancellationToken stop)
    {
        IcmpProbeOptions options = run.Module.Icmp;
        run.Series.Declare(Duration, "resolve");
        run.Series.Declare(Duration, "setup");
        run.Series.Declare(Duration, "rtt");
        (IPAddress address, double seconds) = await AddressChoice.ResolveAsync(run, run.Target, options.Address, stop);
        run.Series.Set(Duration, seconds, "resolve");
        IPAddress? source = HostAndPort.Source(run, options.SourceAddress);
        long setup = run.Now;
        using PingSocket socket = Open(address, source, options);
        run.Log.Debug("Creating ICMP packet", ("raw_socket", socket.IsRaw));
        var message = new EchoMessage(
            address.AddressFamily == AddressFamily.InterNetwork, RandomNumber(), RandomNumber(), options.PayloadSize);
        run.Series.Set(Duration, run.SecondsSince(setup), "setup");
        long sent = run.Now;
        await socket.SendAsync(message.Packet, address, stop);
        run.Log.Debug("Waiting for reply packets");
        byte[] buffer = ArrayPool<byte>.Shared.Rent(LongestDatagram);
        try
        {
            while (true)
            {
                PingDatagram datagram = await socket.ReceiveAsync(buffer, stop);
                if (datagram.From.GetAddressBytes().AsSpan().SequenceEqual(address.GetAddressBytes())
                    && message.IsReply(buffer.AsSpan(0, datagram.Length), socket.IsRaw))
                {
                    run.Series.Set(Duration, run.SecondsSince(sent), "rtt");
                    if (datagram.HopLimit is { } hops)
                    {
                        run.Series.Set(HopLimit, hops);
                    }
                    run.Log.Debug("Found matching reply packet");
                    return true;
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static PingSocket Open(IPAddress address, IPAddress? source, IcmpProbeOptions options)
    {
        try
        {
            return PingSocket.Open(address, source, options);
        }
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.AccessDenied or SocketError.OperationNotSupported
            or SocketError.ProtocolNotSupported or SocketError.SocketNotSupported)
        {
            throw new ProbeException(
                $"Error listening to socket: {exception.Message}; "
                + "it takes a group in net.ipv4.ping_group_range, or the capability NET_RAW", exception);
        }
    }

    private static ushort RandomNumber() => (ushort)RandomNumberGenerator.GetInt32(ushort.MaxValue + 1);
}
