using System.Buffers.Binary;

namespace Agent.Components.Prometheus.ExporterUnix.Netlink;

/// <summary>Names of network devices by their numbers.</summary>
internal sealed class LinkNames
{
    private const ushort GetLink = 18;
    private const ushort NewLink = 16;
    private const int HeaderSize = 16;
    private const int IndexOffset = 4;
    private const int NameAttribute = 3;
    private readonly Dictionary<uint, string> _names = [];

    /// <summary>The name, empty for a number nobody has.</summary>
    public string this[uint index] => _names.GetValueOrDefault(index, "");

    public void Load(NetlinkSocket socket, NameCache names)
    {
        _names.Clear();
        var request = new NetlinkRequest(stackalloc byte[NetlinkRequest.SpaceNeeded], GetLink, NetlinkRequest.AskForAll, stackalloc byte[HeaderSize]);
        int error = socket.Exchange(request, isDump: true, (type, payload) => Add(type, payload, names));
        if (error != 0)
        {
            throw new CollectorException($"cannot list network devices: {NetlinkSocket.Describe(error)}");
        }
    }

    /// <summary>struct ifinfomsg: family, type, index, flags, change; then attributes.</summary>
    internal void Add(ushort type, ReadOnlySpan<byte> payload, NameCache names)
    {
        if (type != NewLink || payload.Length < HeaderSize)
        {
            return;
        }
        var attributes = new NetlinkAttributes(payload[HeaderSize..]);
        while (attributes.Next())
        {
            if (attributes.Type == NameAttribute)
            {
                _names[BinaryPrimitives.ReadUInt32LittleEndian(payload[IndexOffset..])] = names[attributes.Text];
                return;
            }
        }
    }
}
