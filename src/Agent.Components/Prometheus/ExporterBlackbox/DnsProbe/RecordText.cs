using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text;
using Agent.Components.Common.DnsMessages;

namespace Agent.Components.Prometheus.ExporterBlackbox.DnsProbe;

/// <summary>Writes the data of one record as zone files do; of a type that it does not know, as RFC 3597 has it.</summary>
internal ref struct RecordText(ReadOnlySpan<byte> message, int start, int length)
{
    private readonly ReadOnlySpan<byte> _message = message;
    private readonly int _end = start + length;
    private readonly StringBuilder _text = new();
    private int _at = start;

    /// <summary>Of an SOA record.</summary>
    public uint? Serial { get; private set; }

    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public string Write(ushort type)
    {
        switch (DnsNumbers.TypeName(type))
        {
            case "A" when _end - _at == 4:
            case "AAAA" when _end - _at == 16:
                Add(Address(new IPAddress(Take(_end - _at))));
                break;
            case "NS" or "CNAME" or "PTR" or "DNAME" or "MB" or "MG" or "MR" or "MD" or "MF" or "NSAP-PTR":
                AddName();
                break;
            case "MX" or "AFSDB" or "RT" or "KX" or "LP":
                Add(UInt16());
                AddName();
                break;
            case "MINFO" or "RP" or "TALINK":
                AddName();
                AddName();
                break;
            case "SRV":
                Add(UInt16());
                Add(UInt16());
                Add(UInt16());
                AddName();
                break;
            case "SOA":
                WriteSoa();
                break;
            case "TXT" or "SPF" or "AVC" or "NINFO" or "HINFO" or "ISDN" or "RESINFO":
                AddStrings();
                break;
            case "CAA":
                Add(Take(1)[0]);
                Add(Encoding.Latin1.GetString(Take(Take(1)[0])));
                AddQuoted(Take(_end - _at));
                break;
            case "NAPTR":
                Add(UInt16());
                Add(UInt16());
                AddString();
                AddString();
                AddString();
                AddName();
                break;
            case "URI":
                Add(UInt16());
                Add(UInt16());
                AddQuoted(Take(_end - _at));
                break;
            default:
                WriteKeys(type);
                break;
        }
        if (_at != _end)
        {
            throw DnsName.Damaged("a record has a wrong length");
        }
        return _text.ToString();
    }

    private void WriteKeys(ushort type)
    {
        switch (DnsNumbers.TypeName(type))
        {
            case "DS" or "CDS" or "DLV" or "TA":
                Add(UInt16());
                Add(Take(1)[0]);
                Add(Take(1)[0]);
                Add(Convert.ToHexString(Take(_end - _at)));
                break;
            case "TLSA" or "SMIMEA":
                Add(Take(1)[0]);
                Add(Take(1)[0]);
                Add(Take(1)[0]);
                Add(Convert.ToHexStringLower(Take(_end - _at)));
                break;
            case "SSHFP":
                Add(Take(1)[0]);
                Add(Take(1)[0]);
                Add(Convert.ToHexString(Take(_end - _at)));
                break;
            case "DNSKEY" or "CDNSKEY" or "KEY":
                Add(UInt16());
                Add(Take(1)[0]);
                Add(Take(1)[0]);
                Add(Convert.ToBase64String(Take(_end - _at)));
                break;
            case "RRSIG" or "SIG":
                WriteSignature();
                break;
            case "NSEC":
                AddName();
                AddTypes();
                break;
            case "A" or "AAAA":
                throw DnsName.Damaged("an address has a wrong length");
            default:
                Add($"\\# {_end - _at}");
                Add(Convert.ToHexStringLower(Take(_end - _at)));
                break;
        }
    }

    private void WriteSoa()
    {
        AddName();
        AddName();
        Serial = UInt32();
        Add(Serial.Value);
        for (int i = 0; i < 4; i++)
        {
            Add(UInt32());
        }
    }

    private void WriteSignature()
    {
        Add(DnsNumbers.TypeName(UInt16()));
        Add(Take(1)[0]);
        Add(Take(1)[0]);
        Add(UInt32());
        Add(Moment(UInt32()));
        Add(Moment(UInt32()));
        Add(UInt16());
        AddName();
        Add(Convert.ToBase64String(Take(_end - _at)));
    }

    // RFC 4034, section 4.1.2: blocks of a bitmap, each behind its number and length.
    private void AddTypes()
    {
        while (_at < _end)
        {
            int window = Take(1)[0];
            ReadOnlySpan<byte> bits = Take(Take(1)[0]);
            for (int i = 0; i < bits.Length * 8; i++)
            {
                if ((bits[i / 8] & (0x80 >> (i % 8))) != 0)
                {
                    Add(DnsNumbers.TypeName((ushort)((window * 256) + i)));
                }
            }
        }
    }

    private void AddStrings()
    {
        while (_at < _end)
        {
            AddString();
        }
    }

    private void AddString() => AddQuoted(Take(Take(1)[0]));

    private readonly void AddQuoted(ReadOnlySpan<byte> bytes)
    {
        Add("\"");
        foreach (byte letter in bytes)
        {
            if (letter is < (byte)' ' or > (byte)'~')
            {
                _text.Append('\\').Append(letter.ToString("D3", CultureInfo.InvariantCulture));
                continue;
            }
            _text.Append((char)letter is '"' or '\\' ? "\\" : "").Append((char)letter);
        }
        _text.Append('"');
    }

    private void AddName()
    {
        var name = new StringBuilder();
        _at = DnsName.Read(_message, _at, name);
        if (_at > _end)
        {
            throw DnsName.Damaged("a record has a wrong length");
        }
        Add(name.Length == 0 ? "." : name.ToString());
    }

    private readonly void Add(uint number) => Add(number.ToString(CultureInfo.InvariantCulture));

    private readonly void Add(string part) => _text.Append(_text.Length > 0 ? " " : "").Append(part);

    private static string Address(IPAddress address) =>
        address.IsIPv4MappedToIPv6 ? "::ffff:" + address.MapToIPv4() : address.ToString();

    private static string Moment(uint seconds) =>
        DateTimeOffset.FromUnixTimeSeconds(seconds).ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture);

    private ushort UInt16() => BinaryPrimitives.ReadUInt16BigEndian(Take(2));

    private uint UInt32() => BinaryPrimitives.ReadUInt32BigEndian(Take(4));

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count < 0 || _end - _at < count)
        {
            throw DnsName.Damaged("a record is cut off");
        }
        _at += count;
        return _message.Slice(_at - count, count);
    }
}
