using System.Net;
using System.Net.Sockets;

namespace Agent.Components.Loki.SourceSyslog;

/// <summary>Receives datagrams. While consumers are slow or memory is short, more of them wait in the system's buffer, which drops what it cannot hold.</summary>
internal sealed class UdpReceiver(SyslogListener listener)
{
    private const int SystemBuffer = 1024 * 1024;
    private const int LargestDatagram = 65535;

    private readonly int _longest = Math.Min(listener.Options.MaxMessage, LargestDatagram);
    private readonly List<byte[]> _slots = [];
    private readonly PeerCache _peers = new(listener.Options.HostCache);

    /// <exception cref="SocketException">The port is taken, or the address is not ours.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        using Socket socket = await TcpServer.BindAsync(listener.Options, SocketType.Dgram, stop).ConfigureAwait(false);
        socket.ReceiveBufferSize = SystemBuffer;
        listener.Bound((IPEndPoint)socket.LocalEndPoint!);
        using var reader = new MessageReader(listener);
        var address = new SocketAddress(socket.AddressFamily);
        var drops = new SocketDrops(socket);
        while (true)
        {
            await PauseAsync(drops, stop).ConfigureAwait(false);
            int length = await socket.ReceiveFromAsync(Slot(0), SocketFlags.None, address, stop).ConfigureAwait(false);
            reader.Begin();
            for (int count = 1; ; count++)
            {
                SyslogPeer peer = await PeerAsync(socket.AddressFamily, address, stop).ConfigureAwait(false);
                Read(reader, Slot(count - 1)[..length], peer);
                // No more than are there already: entries do not wait for others.
                if (count == listener.Options.DatagramsAtOnce || socket.Available == 0)
                {
                    break;
                }
                length = await socket.ReceiveFromAsync(Slot(count), SocketFlags.None, address, stop).ConfigureAwait(false);
            }
            await listener.Services.SendAsync(reader.Batch, stop).ConfigureAwait(false);
        }
    }

    /// <summary>A sender of datagrams cannot be held back: what the system had to drop meanwhile is counted.</summary>
    private async ValueTask PauseAsync(SocketDrops drops, CancellationToken stop)
    {
        listener.Services.Metrics.DroppedForConsumers.Add(drops.Since());
        if (listener.Services.Memory.IsClosed)
        {
            await listener.Services.Memory.WaitAsync(stop).ConfigureAwait(false);
            listener.Services.Metrics.DroppedForMemory.Add(drops.Since());
        }
    }

    private void Read(MessageReader reader, ReadOnlyMemory<byte> data, SyslogPeer peer)
    {
        if (data.Length > _longest)
        {
            listener.Services.Metrics.Truncated.Increment();
            data = data[.._longest];
        }
        reader.ReadDatagram(data, peer);
    }

    /// <summary>One byte more than is taken shows that there was more.</summary>
    private Memory<byte> Slot(int index)
    {
        while (_slots.Count <= index)
        {
            _slots.Add(new byte[_longest + 1]);
        }
        return _slots[index];
    }

    private async ValueTask<SyslogPeer> PeerAsync(AddressFamily family, SocketAddress sender, CancellationToken stop)
    {
        if (_peers.TryGetLast(sender, out SyslogPeer? peer))
        {
            return peer;
        }
        var template = new IPEndPoint(family == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        IPAddress address = SyslogPeer.Plain(((IPEndPoint)template.Create(sender)).Address);
        if (!_peers.TryGet(address, out peer))
        {
            peer = new SyslogPeer(address.ToString(), await listener.Services.Names.FindAsync(address, stop).ConfigureAwait(false));
            _peers.Add(address, peer);
        }
        _peers.SetLast(sender, peer);
        return peer;
    }
}
