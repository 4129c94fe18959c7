namespace Agent.Components.Discovery.Dns;

/// <summary>Types of records, with the numbers that RFC 1035, 2782 and 3596 give them.</summary>
internal enum DnsType : ushort
{
    A = 1,
    NS = 2,
    MX = 15,
    AAAA = 28,
    SRV = 33,
}

/// <summary>One record of an answer.</summary>
/// <param name="Host">An address, or a name with a dot at its end.</param>
/// <param name="Port">Of an SRV record, else 0.</param>
internal readonly record struct DnsRecord(string Host, int Port);

/// <summary>What a server says of a question.</summary>
internal enum DnsStatus
{
    Success = 0,
    FormatError = 1,
    ServerFailure = 2,
    NoSuchName = 3,
    NotImplemented = 4,
    Refused = 5,
}

/// <summary>An answer to one question.</summary>
/// <param name="Status">Whether the name is known.</param>
/// <param name="IsTruncated">More was to be said than fits into a datagram.</param>
/// <param name="Records">Records of the type asked for; others, such as the aliases on the way, are left out.</param>
internal sealed record DnsAnswer(DnsStatus Status, bool IsTruncated, IReadOnlyList<DnsRecord> Records);
