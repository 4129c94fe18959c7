using System.Buffers.Binary;
using System.Net.Sockets;

namespace Agent.Components.Loki.SourceSyslog;

/// <summary>How many datagrams the system received for a socket and dropped because its buffer was full.</summary>
internal sealed class SocketDrops(Socket socket)
{
    // Linux 4.12 and later: https://man7.org/linux/man-pages/man7/sock_diag.7.html names the fields.
    private const int SocketLevel = 1;
    private const int MemoryInformation = 55;
    private const int Fields = 9;
    private const int DropsField = 8;

    private uint _last;
    private bool _isUnknown;

    /// <summary>Those since the last call; 0 where the system does not tell.</summary>
    public uint Since()
    {
        if (_isUnknown)
        {
            return 0;
        }
        Span<byte> information = stackalloc byte[Fields * sizeof(uint)];
        try
        {
            if (socket.GetRawSocketOption(SocketLevel, MemoryInformation, information) < information.Length)
            {
                return 0;
            }
        }
        catch (SocketException)
        {
            _isUnknown = true;
            return 0;
        }
        uint drops = BitConverter.IsLittleEndian
            ? BinaryPrimitives.ReadUInt32LittleEndian(information[(DropsField * sizeof(uint))..])
            : BinaryPrimitives.ReadUInt32BigEndian(information[(DropsField * sizeof(uint))..]);
        // The kernel's counter goes round.
        uint since = unchecked(drops - _last);
        _last = drops;
        return since;
    }
}
