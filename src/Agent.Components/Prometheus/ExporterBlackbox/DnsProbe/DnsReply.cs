using System.Buffers.Binary;
using System.Text;
using Agent.Components.Common.DnsMessages;

namespace Agent.Components.Prometheus.ExporterBlackbox.DnsProbe;

/// <summary>One record of an answer.</summary>
/// <param name="Type">The number of its type.</param>
/// <param name="Text">The record as zone files write it, its parts separated by tabs: what regular expressions are matched with.</param>
/// <param name="Serial">Of an SOA record, else null.</param>
internal sealed record DnsProbeRecord(ushort Type, string Text, uint? Serial);

/// <summary>A server's whole answer.</summary>
internal sealed record DnsReply(
    int Rcode, IReadOnlyList<DnsProbeRecord> Answer, IReadOnlyList<DnsProbeRecord> Authority, IReadOnlyList<DnsProbeRecord> Additional)
{
    private const int HeaderLength = 12;
    private const int ResponseFlag = 0x8000;
    private const int TruncatedFlag = 0x0200;
    private const int FixedPart = 10;

    /// <summary>Reads a message, trusting none of its lengths and pointers; null where it does not answer the query of that number.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static DnsReply? Read(ReadOnlySpan<byte> message, ushort id)
    {
        if (message.Length < HeaderLength || BinaryPrimitives.ReadUInt16BigEndian(message) != id
            || (Number(message, 2) & ResponseFlag) == 0)
        {
            return null;
        }
        bool isTruncated = (Number(message, 2) & TruncatedFlag) != 0;
        int at = HeaderLength;
        for (int i = Number(message, 4); i > 0; i--)
        {
            at = DnsName.Read(message, at, null) + 4;
        }
        var sections = new List<DnsProbeRecord>[3];
        int rcode = Number(message, 2) & 0xF;
        for (int section = 0; section < sections.Length; section++)
        {
            sections[section] = [];
            for (int i = Number(message, 6 + (2 * section)); i > 0; i--)
            {
                if (isTruncated && at >= message.Length)
                {
                    break;
                }
                sections[section].Add(ReadRecord(message, ref at, ref rcode));
            }
        }
        return new DnsReply(rcode, sections[0], sections[1], sections[2]);
    }

    private static DnsProbeRecord ReadRecord(ReadOnlySpan<byte> message, ref int at, ref int rcode)
    {
        var name = new StringBuilder();
        at = DnsName.Read(message, at, name);
        if (at + FixedPart > message.Length)
        {
            throw DnsName.Damaged("a record is cut off");
        }
        var type = (ushort)Number(message, at);
        var family = (ushort)Number(message, at + 2);
        uint lifetime = BinaryPrimitives.ReadUInt32BigEndian(message[(at + 4)..]);
        int length = Number(message, at + 8);
        at += FixedPart;
        if (at + length > message.Length)
        {
            throw DnsName.Damaged("a record is cut off");
        }
        if (type == DnsNumbers.Opt)
        {
            // The upper eight bits of the response code stand here (RFC 6891).
            rcode |= (int)(lifetime >> 24) << 4;
            at += length;
            return new DnsProbeRecord(type, $";; OPT PSEUDOSECTION:\n; EDNS: version {(lifetime >> 16) & 0xFF}; udp: {family}", null);
        }
        var data = new RecordText(message, at, length);
        string text = data.Write(type);
        at += length;
        string owner = name.Length == 0 ? "." : name.ToString();
        return new DnsProbeRecord(
            type, $"{owner}\t{lifetime}\t{DnsNumbers.ClassName(family)}\t{DnsNumbers.TypeName(type)}\t{text}", data.Serial);
    }

    private static int Number(ReadOnlySpan<byte> message, int at) => BinaryPrimitives.ReadUInt16BigEndian(message[at..]);
}
