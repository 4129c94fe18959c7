using System.Buffers.Binary;
using Agent.Components.Common.DnsMessages;

namespace Agent.Components.Discovery.Dns;

/// <summary>A question as it goes to a server: RFC 1035, section 4, with the size of datagrams from RFC 6891.</summary>
internal sealed class DnsQuestion
{
    public const int HeaderLength = 12;

    /// <summary>Largest datagram that is asked for: what passes every network without being cut into fragments.</summary>
    public const int LargestDatagram = 1232;

    private const ushort RecursionDesired = 0x0100;
    private const ushort OptionType = 41;

    private readonly byte[] _name;

    /// <param name="name">With or without a dot at its end.</param>
    /// <param name="type">What to ask for.</param>
    /// <exception cref="InvalidDataException">It is no name.</exception>
    public DnsQuestion(string name, DnsType type) => (_name, Type) = (DnsName.Encode(name), type);

    public DnsType Type { get; }

    /// <summary>The name as it is written in messages: labels, each behind its length, and a zero.</summary>
    public ReadOnlySpan<byte> Name => _name;

    /// <summary>The whole message.</summary>
    /// <param name="id">Comes back in the answer.</param>
    /// <param name="isExtended">Says how large an answer may be; servers that are very old do not understand it.</param>
    public byte[] Write(ushort id, bool isExtended)
    {
        int end = HeaderLength + _name.Length + 4;
        byte[] message = new byte[end + (isExtended ? 11 : 0)];
        BinaryPrimitives.WriteUInt16BigEndian(message, id);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(2), RecursionDesired);
        message[5] = 1;
        message[11] = (byte)(isExtended ? 1 : 0);
        _name.CopyTo(message.AsSpan(HeaderLength));
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(end - 4), (ushort)Type);
        message[end - 1] = 1;
        if (isExtended)
        {
            // The name is the root's, one zero; of the rest only the type and the size are not zero.
            BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(end + 1), OptionType);
            BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(end + 3), LargestDatagram);
        }
        return message;
    }
}
