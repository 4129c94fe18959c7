using System.Buffers.Binary;

namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>A server's packet with the times around it. Times are NTP's: seconds since 1900 with 32 bits of fraction, wrapping in 2036.</summary>
internal readonly record struct NtpAnswer
{
    public const int Size = 48;
    private const double Fraction = 1UL << 32;
    private const double ShortFraction = 1 << 16;
    private const int ServerMode = 4;
    private const ulong UnixEpoch = 2_208_988_800;
    private const double LongestInterval = 1 << 17;
    private const double LargestDispersion = 16;
    private const int Unsynchronized = 3;
    private const byte HighestStratum = 16;

    public byte Stratum { get; private init; }

    public int Leap { get; private init; }

    public double RoundTrip { get; private init; }

    public double Offset { get; private init; }

    public double RootDelay { get; private init; }

    public double RootDispersion { get; private init; }

    /// <summary>When the server's clock was last set, Unix time; 0 where it never was.</summary>
    public double ReferenceTime { get; private init; }

    /// <summary>When the server answered, Unix time.</summary>
    public double Time { get; private init; }

    /// <summary>How far one clock must at least be off: an answer that came before its question.</summary>
    public double LeastError { get; private init; }

    public double RootDistance => ((RoundTrip + RootDelay) / 2) + RootDispersion;

    /// <summary>Whether a client may set its clock by the answer (RFC 5905).</summary>
    public bool IsValid => Stratum is > 0 and < HighestStratum && Leap != Unsynchronized && Time >= ReferenceTime
        && Time - ReferenceTime <= LongestInterval && (RootDelay / 2) + RootDispersion <= LargestDispersion;

    /// <summary>A question. The cookie stands where the time of sending would, so that only its receiver can answer.</summary>
    public static void WriteQuestion(Span<byte> packet, int version, ulong cookie)
    {
        const int ClientMode = 3;
        packet[..Size].Clear();
        packet[0] = (byte)((version << 3) | ClientMode);
        BinaryPrimitives.WriteUInt64BigEndian(packet[40..], cookie);
    }

    /// <summary>Reads the answer to the question with that cookie, sent and received at these times.</summary>
    public static NtpAnswer Parse(ReadOnlySpan<byte> packet, ulong cookie, DateTimeOffset sent, DateTimeOffset received)
    {
        if (packet.Length < Size || (packet[0] & 7) != ServerMode)
        {
            throw new CollectorException("cannot ask for the time: the answer is no NTP server's");
        }
        ulong At(ReadOnlySpan<byte> all, int offset) => BinaryPrimitives.ReadUInt64BigEndian(all[offset..]);
        ulong arrived = At(packet, 32);
        ulong left = At(packet, 40);
        if (At(packet, 24) != cookie)
        {
            throw new CollectorException("cannot ask for the time: the answer is to another question");
        }
        if (left == 0 || Difference(left, arrived) < 0)
        {
            throw new CollectorException("cannot ask for the time: the answer holds impossible times");
        }
        ulong origin = Of(sent);
        ulong destination = Of(received);
        return new NtpAnswer
        {
            Stratum = packet[1],
            Leap = packet[0] >> 6,
            RootDelay = BinaryPrimitives.ReadUInt32BigEndian(packet[4..]) / ShortFraction,
            RootDispersion = BinaryPrimitives.ReadUInt32BigEndian(packet[8..]) / ShortFraction,
            ReferenceTime = Unix(At(packet, 16)),
            Time = Unix(left),
            RoundTrip = Math.Max(0, Difference(destination, origin) - Difference(left, arrived)),
            Offset = (Difference(arrived, origin) + Difference(left, destination)) / 2,
            LeastError = Math.Max(0, Math.Max(Difference(origin, arrived), Difference(left, destination))),
        };
    }

    /// <summary>Seconds from b to a, right across the end of an era.</summary>
    private static double Difference(ulong a, ulong b) => (long)(a - b) / Fraction;

    private static ulong Of(DateTimeOffset time)
    {
        long ticks = time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks;
        (long seconds, long rest) = Math.DivRem(ticks, TimeSpan.TicksPerSecond);
        return (((ulong)seconds + UnixEpoch) << 32) + (((ulong)rest << 32) / TimeSpan.TicksPerSecond);
    }

    /// <summary>Seconds before 1970 belong to the era that starts in 2036.</summary>
    private static double Unix(ulong time)
    {
        if (time == 0)
        {
            return 0;
        }
        ulong seconds = time >> 32;
        double unix = seconds >= UnixEpoch ? seconds - UnixEpoch : seconds + (double)((1UL << 32) - UnixEpoch);
        return unix + ((time & uint.MaxValue) / Fraction);
    }
}
