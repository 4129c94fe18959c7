using System.Net;
using System.Net.Sockets;
using Agent.Components.Common.Http;
using Agent.Sdk;
using Microsoft.Extensions.Logging;

namespace Agent.Components.Loki.SourceSyslog;

/// <summary>Accepts connections; each one is read by a task of its own.</summary>
internal sealed partial class TcpServer(SyslogListener listener)
{
    /// <summary>Each connection holds a buffer; devices keep one or two.</summary>
    private const int MostConnections = 4096;

    private const int Backlog = 512;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly HashSet<Task> _connections = [];

    /// <exception cref="SocketException">The port is taken, or the address is not ours.</exception>
    /// <exception cref="ComponentException">A certificate cannot be loaded, or the host is not known.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        TlsServer? tls = ListenerTls.Of(listener.Options.TlsConfig);
        using Socket socket = await BindAsync(listener.Options, SocketType.Stream, stop).ConfigureAwait(false);
        socket.Listen(Backlog);
        listener.Bound((IPEndPoint)socket.LocalEndPoint!);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(stop);
        try
        {
            await AcceptAsync(socket, tls, ends).ConfigureAwait(false);
        }
        finally
        {
            await ends.CancelAsync().ConfigureAwait(false);
            socket.Close();
            await Task.WhenAll(Open()).ConfigureAwait(false);
        }
    }

    /// <summary>A socket of the protocol's kind on the listener's address.</summary>
    public static async ValueTask<Socket> BindAsync(ListenerOptions options, SocketType type, CancellationToken stop)
    {
        if (!ListenAddress.TryParse(options.Address, out ListenAddress? address))
        {
            throw new ComponentException("it is no host:port");
        }
        IPEndPoint endpoint = await address.ResolveAsync(options.Protocol, stop).ConfigureAwait(false);
        var socket = new Socket(endpoint.AddressFamily, type, type == SocketType.Stream ? ProtocolType.Tcp : ProtocolType.Udp);
        try
        {
            if (endpoint.AddressFamily == AddressFamily.InterNetworkV6)
            {
                socket.DualMode = endpoint.Address.Equals(IPAddress.IPv6Any) && options.Protocol is SyslogProtocol.Tcp or SyslogProtocol.Udp;
            }
            socket.Bind(endpoint);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task AcceptAsync(Socket socket, TlsServer? tls, CancellationTokenSource ends)
    {
        TimeSpan pause = FirstPause;
        while (true)
        {
            Socket accepted;
            try
            {
                accepted = await socket.AcceptAsync(ends.Token).ConfigureAwait(false);
                pause = FirstPause;
            }
            catch (SocketException failed)
            {
                // No file descriptors, or a peer that left before its turn.
                LogAccept(listener.Services.Logger, listener.Options.Address, failed.Message);
                await Task.Delay(pause, listener.Services.Time, ends.Token).ConfigureAwait(false);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
                continue;
            }
            Start(accepted, tls, ends);
        }
    }

    private void Start(Socket accepted, TlsServer? tls, CancellationTokenSource ends)
    {
        // Its end must find it among the others.
        lock (_gate)
        {
            if (_connections.Count < MostConnections)
            {
                Task? running = null;
                running = Task.Run(() => ReadAsync(accepted, tls, ends), CancellationToken.None);
                _connections.Add(running);
                running.ContinueWith(Forget, CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
                return;
            }
        }
        listener.Services.Metrics.Refused.Increment();
        accepted.Dispose();
    }

    private async Task ReadAsync(Socket accepted, TlsServer? tls, CancellationTokenSource ends)
    {
        bool isClean = false;
        listener.Services.Metrics.Connections.Add(1);
        try
        {
            using var connection = new TcpConnection(listener, accepted, tls);
            await connection.RunAsync(ends.Token).ConfigureAwait(false);
            isClean = true;
        }
        finally
        {
            listener.Services.Metrics.Connections.Add(-1);
            if (!isClean)
            {
                // A consumer failed: the component has to know.
                await ends.CancelAsync().ConfigureAwait(false);
            }
        }
    }

    private void Forget(Task ended)
    {
        lock (_gate)
        {
            _connections.Remove(ended);
        }
    }

    private Task[] Open()
    {
        lock (_gate)
        {
            return [.. _connections];
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "cannot accept a syslog connection on {Address}: {Cause}")]
    private static partial void LogAccept(ILogger logger, string address, string cause);
}
