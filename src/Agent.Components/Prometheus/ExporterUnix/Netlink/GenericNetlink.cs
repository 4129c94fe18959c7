using System.Buffers.Binary;

namespace Agent.Components.Prometheus.ExporterUnix.Netlink;

/// <summary>Talks to one family of generic netlink, whose number the kernel gives out at run time.</summary>
/// <remarks>Messages carry struct genlmsghdr (command, version, two bytes unused) before their attributes.</remarks>
internal sealed class GenericNetlink : IDisposable
{
    public const int HeaderSize = 4;
    private const ushort Controller = 16;
    private const byte GetFamily = 3;
    private const ushort FamilyNumberAttribute = 1;
    private const ushort FamilyNameAttribute = 2;

    private readonly NetlinkSocket _socket;
    private ushort _family;

    private GenericNetlink(NetlinkSocket socket) => _socket = socket;

    /// <summary>Null where the kernel has no such family.</summary>
    public static GenericNetlink? Open(string family, byte[] buffer)
    {
        var netlink = new GenericNetlink(new NetlinkSocket(NetlinkSocket.Generic, buffer));
        var request = new NetlinkRequest(stackalloc byte[NetlinkRequest.SpaceNeeded], Controller, NetlinkRequest.Ask, [GetFamily, 1, 0, 0]);
        request.Attribute(FamilyNameAttribute, family);
        int error = netlink._socket.Exchange(request, isDump: false, (_, payload) => netlink._family = FamilyOf(payload));
        if (error == 0 && netlink._family != 0)
        {
            return netlink;
        }
        netlink.Dispose();
        return error is 0 or NetlinkSocket.NoEntry
            ? null
            : throw new CollectorException($"cannot ask for the netlink family {family}: {NetlinkSocket.Describe(error)}");
    }

    /// <summary>Asks for all objects, of one device where an attribute names it; answers the kernel's error number.</summary>
    public int Dump(byte command, (ushort Attribute, uint Value)? of, NetlinkVisit visit)
    {
        var request = new NetlinkRequest(stackalloc byte[NetlinkRequest.SpaceNeeded], _family, NetlinkRequest.AskForAll, [command, 0, 0, 0]);
        if (of is { } device)
        {
            request.Attribute(device.Attribute, device.Value);
        }
        return _socket.Exchange(request, isDump: true, visit);
    }

    public void Dispose() => _socket.Dispose();

    internal static ushort FamilyOf(ReadOnlySpan<byte> payload)
    {
        var attributes = new NetlinkAttributes(payload.Length < HeaderSize ? default : payload[HeaderSize..]);
        while (attributes.Next())
        {
            if (attributes.Type == FamilyNumberAttribute && attributes.Value.Length >= sizeof(ushort))
            {
                return BinaryPrimitives.ReadUInt16LittleEndian(attributes.Value);
            }
        }
        return 0;
    }
}
