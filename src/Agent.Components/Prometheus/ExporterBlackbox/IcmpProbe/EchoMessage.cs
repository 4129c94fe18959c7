using System.Buffers.Binary;

namespace Agent.Components.Prometheus.ExporterBlackbox.IcmpProbe;

/// <summary>One echo request (RFC 792, RFC 4443), and how to know the reply to it.</summary>
internal sealed class EchoMessage
{
    private const int HeaderLength = 8;
    private const int LeastIpHeader = 20;

    private readonly byte[] _packet;
    private readonly bool _isIPv4;

    /// <param name="isIPv4">Which ICMP.</param>
    /// <param name="id">Tells raw sockets' requests apart; the system sets its own on the others.</param>
    /// <param name="sequence">Tells the requests of one socket apart.</param>
    /// <param name="payloadSize">Bytes of payload; 0 sends the usual text alone.</param>
    public EchoMessage(bool isIPv4, ushort id, ushort sequence, int payloadSize)
    {
        ReadOnlySpan<byte> text = "Prometheus Blackbox Exporter"u8;
        _isIPv4 = isIPv4;
        _packet = new byte[HeaderLength + (payloadSize > 0 ? payloadSize : text.Length)];
        _packet[0] = (byte)(isIPv4 ? 8 : 128);
        BinaryPrimitives.WriteUInt16BigEndian(_packet.AsSpan(4), id);
        BinaryPrimitives.WriteUInt16BigEndian(_packet.AsSpan(6), sequence);
        text[..Math.Min(text.Length, _packet.Length - HeaderLength)].CopyTo(_packet.AsSpan(HeaderLength));
        if (isIPv4)
        {
            // Over IPv6 the system fills it in: it counts addresses too.
            BinaryPrimitives.WriteUInt16BigEndian(_packet.AsSpan(2), Checksum(_packet));
        }
    }

    public ReadOnlyMemory<byte> Packet => _packet;

    /// <summary>Whether a datagram is the reply: all but type and checksum are as we sent them, and of other sockets' also the id.</summary>
    public bool IsReply(ReadOnlySpan<byte> datagram, bool isRaw)
    {
        if (isRaw && _isIPv4)
        {
            int header = datagram.Length >= LeastIpHeader ? (datagram[0] & 0xF) * 4 : 0;
            if (header < LeastIpHeader || header > datagram.Length)
            {
                return false;
            }
            datagram = datagram[header..];
        }
        return datagram.Length == _packet.Length
            && datagram[0] == (_isIPv4 ? 0 : 129)
            && (!isRaw || datagram[4..6].SequenceEqual(_packet.AsSpan(4, 2)))
            && datagram[6..].SequenceEqual(_packet.AsSpan(6));
    }

    internal static ushort Checksum(ReadOnlySpan<byte> packet)
    {
        uint sum = 0;
        for (int i = 0; i < packet.Length; i += 2)
        {
            sum += (uint)(packet[i] << 8) + (i + 1 < packet.Length ? packet[i + 1] : 0u);
        }
        sum = (sum & 0xFFFF) + (sum >> 16);
        return (ushort)~(sum + (sum >> 16));
    }
}
