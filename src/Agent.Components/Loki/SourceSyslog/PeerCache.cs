using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace Agent.Components.Loki.SourceSyslog;

/// <summary>Senders of datagrams with their names, the least recently seen going first. For one thread of control.</summary>
internal sealed class PeerCache(int capacity)
{
    private readonly Dictionary<IPAddress, LinkedListNode<(IPAddress Address, SyslogPeer Peer)>> _byAddress = [];
    private readonly LinkedList<(IPAddress Address, SyslogPeer Peer)> _byUse = [];
    private byte[] _lastSender = [];
    private SyslogPeer? _last;

    /// <summary>Most datagrams come from the sender of the one before: that costs no memory.</summary>
    public bool TryGetLast(SocketAddress sender, [NotNullWhen(true)] out SyslogPeer? peer)
    {
        peer = _last;
        return peer is not null && sender.Buffer.Span[..sender.Size].SequenceEqual(_lastSender);
    }

    public void SetLast(SocketAddress sender, SyslogPeer peer) => (_lastSender, _last) = (sender.Buffer[..sender.Size].ToArray(), peer);

    public bool TryGet(IPAddress address, [NotNullWhen(true)] out SyslogPeer? peer)
    {
        peer = null;
        if (_byAddress.TryGetValue(address, out LinkedListNode<(IPAddress Address, SyslogPeer Peer)>? node))
        {
            _byUse.Remove(node);
            _byUse.AddFirst(node);
            peer = node.Value.Peer;
        }
        return peer is not null;
    }

    public void Add(IPAddress address, SyslogPeer peer)
    {
        if (_byAddress.Count >= capacity)
        {
            _byAddress.Remove(_byUse.Last!.Value.Address);
            _byUse.RemoveLast();
        }
        _byAddress[address] = _byUse.AddFirst((address, peer));
    }
}
