using System.Net;
using System.Net.Sockets;
using Agent.Components.Prometheus.ExporterBlackbox.Modules;
using Agent.Components.Prometheus.ExporterBlackbox.Probing;

namespace Agent.Components.Prometheus.ExporterBlackbox.StreamProbe;

/// <summary>Connects over TCP and leads the module's dialogue.</summary>
internal sealed class TcpProber : IProber
{
    /// <summary>Asked for in TLS instead of the target's host, where the module names nobody.</summary>
    public string ServerName { get; init; } = "";

    public async Task<bool> ProbeAsync(ProbeRun run, CancellationToken stop)
    {
        StreamProbeOptions options = run.Module.Tcp;
        if (HostAndPort.Split(run.Target, out string error) is not { } target)
        {
            throw new ProbeException($"Error splitting target address and port: {error}");
        }
        (IPAddress address, _) = await AddressChoice.ResolveAsync(run, target.Host, options.Address, stop);
        var endpoint = new IPEndPoint(address, HostAndPort.Port(target.Port));
        run.Log.Debug(options.Tls ? "Dialing TCP with TLS" : "Dialing TCP without TLS");
        await using NetworkStream connection = await HostAndPort.ConnectAsync(endpoint, HostAndPort.Source(run, options.SourceAddress), stop);
        return await StreamConversation.HoldAsync(run, options, connection, ServerName.Length > 0 ? ServerName : target.Host, stop);
    }
}

/// <summary>Connects to a Unix socket, which is the target, and leads the module's dialogue.</summary>
internal sealed class UnixProber : IProber
{
    public async Task<bool> ProbeAsync(ProbeRun run, CancellationToken stop)
    {
        StreamProbeOptions options = run.Module.Unix;
        run.Log.Debug(options.Tls ? "Dialing unix with TLS" : "Dialing unix without TLS");
        UnixDomainSocketEndPoint endpoint;
        try
        {
            endpoint = new UnixDomainSocketEndPoint(run.Target);
        }
        catch (ArgumentException exception)
        {
            throw new ProbeException($"Error dialing unix: {exception.Message}", exception);
        }
        await using NetworkStream connection = await HostAndPort.ConnectAsync(endpoint, null, stop);
        return await StreamConversation.HoldAsync(run, options, connection, options.TlsConfig.Client.ServerName, stop);
    }
}

/// <summary>What probes do on a connection, whatever it goes over.</summary>
internal static class StreamConversation
{
    public static async Task<bool> HoldAsync(
        ProbeRun run, StreamProbeOptions options, Stream connection, string serverName, CancellationToken stop)
    {
        using var session = new TlsSession(options.TlsConfig, serverName);
        Stream stream = options.Tls ? await session.HandshakeAsync(connection, [], stop) : connection;
        run.Log.Debug("Successfully dialed");
        run.Series.Declare(ProbeFamilies.FailedDueToRegex);
        run.Series.Declare(ProbeFamilies.FailedDueToBytes);
        TlsReport.Write(run.Series, session);
        using var dialogue = new QueryDialogue(run, options, serverName);
        return await dialogue.RunAsync(stream, stop);
    }
}
