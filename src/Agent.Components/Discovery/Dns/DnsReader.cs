using System.Buffers.Binary;
using System.Net;
using System.Text;
using Agent.Components.Common.DnsMessages;

namespace Agent.Components.Discovery.Dns;

/// <summary>Reads one message of a server, trusting none of its lengths and pointers.</summary>
internal ref struct DnsReader(ReadOnlySpan<byte> message)
{
    private const int ResponseFlag = 0x8000;
    private const int TruncatedFlag = 0x0200;
    private const int InternetClass = 1;

    private readonly ReadOnlySpan<byte> _message = message;
    private int _at;

    /// <summary>Reads an answer; null where the message does not answer that question, such as one that comes late for another.</summary>
    /// <exception cref="InvalidDataException">It answers the question, but is damaged.</exception>
    public static DnsAnswer? Read(ReadOnlySpan<byte> message, ushort id, DnsQuestion question)
    {
        if (message.Length < DnsQuestion.HeaderLength || BinaryPrimitives.ReadUInt16BigEndian(message) != id)
        {
            return null;
        }
        int flags = BinaryPrimitives.ReadUInt16BigEndian(message[2..]);
        int questions = BinaryPrimitives.ReadUInt16BigEndian(message[4..]);
        int records = BinaryPrimitives.ReadUInt16BigEndian(message[6..]);
        var reader = new DnsReader(message) { _at = DnsQuestion.HeaderLength };
        var status = (DnsStatus)(flags & 0xF);
        if ((flags & ResponseFlag) == 0 || !reader.TrySkipQuestion(questions, question, status))
        {
            return null;
        }
        bool isTruncated = (flags & TruncatedFlag) != 0;
        // What is cut off anywhere is asked for again as a whole.
        return new DnsAnswer(status, isTruncated, isTruncated ? [] : reader.ReadRecords(records, question.Type));
    }

    // A server that could not read the question need not repeat it.
    private bool TrySkipQuestion(int count, DnsQuestion question, DnsStatus status)
    {
        if (count != 1)
        {
            return count == 0 && status is not (DnsStatus.Success or DnsStatus.NoSuchName);
        }
        ReadOnlySpan<byte> name = question.Name;
        if (_message.Length < _at + name.Length + 4 || !IsSame(_message.Slice(_at, name.Length), name))
        {
            return false;
        }
        _at += name.Length;
        return ReadUInt16() == (ushort)question.Type && ReadUInt16() == InternetClass;
    }

    // Servers may answer in other letters of the same name; bytes outside ASCII have no others.
    private static bool IsSame(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) =>
        left.SequenceEqual(right) || Ascii.EqualsIgnoreCase(left, right);

    private List<DnsRecord> ReadRecords(int count, DnsType type)
    {
        var records = new List<DnsRecord>();
        for (int i = 0; i < count; i++)
        {
            ReadName(null);
            int found = ReadUInt16();
            int family = ReadUInt16();
            Take(4);
            int length = ReadUInt16();
            int end = _at + length;
            if (end > _message.Length)
            {
                throw Damaged("a record is cut off");
            }
            if (found == (int)type && family == InternetClass)
            {
                records.Add(ReadRecord(type, length));
                if (_at != end)
                {
                    throw Damaged("a record has a wrong length");
                }
            }
            _at = end;
        }
        return records;
    }

    private DnsRecord ReadRecord(DnsType type, int length)
    {
        switch (type)
        {
            case DnsType.A when length == 4:
            case DnsType.AAAA when length == 16:
                return new DnsRecord(new IPAddress(Take(length)).ToString(), 0);
            case DnsType.NS:
                return new DnsRecord(ReadName(), 0);
            case DnsType.MX:
                Take(2);
                return new DnsRecord(ReadName(), 0);
            case DnsType.SRV:
                Take(4);
                int port = ReadUInt16();
                return new DnsRecord(ReadName(), port);
            default:
                throw Damaged("an address has a wrong length");
        }
    }

    private string ReadName()
    {
        var text = new StringBuilder();
        ReadName(text);
        return text.Length == 0 ? "." : text.ToString();
    }

    private void ReadName(StringBuilder? text) => _at = DnsName.Read(_message, _at, text);

    private int ReadUInt16() => BinaryPrimitives.ReadUInt16BigEndian(Take(2));

    private ReadOnlySpan<byte> Take(int length)
    {
        if (_message.Length - _at < length)
        {
            throw Damaged("it is cut off");
        }
        _at += length;
        return _message.Slice(_at - length, length);
    }

    private static InvalidDataException Damaged(string how) => DnsName.Damaged(how);
}
