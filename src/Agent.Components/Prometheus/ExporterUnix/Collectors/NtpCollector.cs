using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Health of the local NTP daemon, asked as a client asks for the time.</summary>
internal sealed class NtpCollector(NtpOptions options, int port = 123) : IUnixCollector
{
    private const int Patience = 1000;
    private const double Day = 86_400;
    private static readonly Family Stratum = Of("stratum", "NTPD stratum.");
    private static readonly Family Leap = Of("leap", "NTPD leap second indicator, 2 bits.");
    private static readonly Family RoundTrip = Of("rtt_seconds", "RTT to NTPD.");
    private static readonly Family Offset = Of("offset_seconds", "ClockOffset between NTP and local clock.");
    private static readonly Family Reference = Of("reference_timestamp_seconds", "NTPD ReferenceTime, UNIX timestamp.");
    private static readonly Family RootDelay = Of("root_delay_seconds", "NTPD RootDelay.");
    private static readonly Family RootDispersion = Of("root_dispersion_seconds", "NTPD RootDispersion.");
    private static readonly Family Sanity = Of("sanity", "NTPD sanity according to RFC5905 heuristics and configured limits.");

    // The midnight at which a leap second was last announced; the announcement itself ends there.
    private double _leapMidnight = double.NegativeInfinity;

    public void Collect(CollectorScrape scrape)
    {
        Check();
        NtpAnswer answer = Ask(scrape.Time);
        FamilyWriter output = scrape.Output;
        output.Write(Stratum, answer.Stratum);
        output.Write(Leap, answer.Leap);
        output.Write(RoundTrip, answer.RoundTrip);
        output.Write(Offset, answer.Offset);
        output.Write(Reference, answer.ReferenceTime);
        output.Write(RootDelay, answer.RootDelay);
        output.Write(RootDispersion, answer.RootDispersion);
        output.Write(Sanity, IsSane(answer) ? 1 : 0);
    }

    internal bool IsSane(NtpAnswer answer)
    {
        if (answer.Leap is 1 or 2)
        {
            _leapMidnight = (Math.Floor(answer.Time / Day) + 1) * Day;
        }
        // Servers may smear a leap second over the day around it.
        bool smeared = Math.Abs(answer.Time - _leapMidnight) < Day;
        double tolerance = options.LocalOffsetTolerance.TotalSeconds + (smeared ? 1 : 0);
        return answer.IsValid && answer.RootDistance <= options.MaxDistance.TotalSeconds && answer.LeastError <= tolerance;
    }

    private void Check()
    {
        if (!options.ServerIsLocal && !(IPAddress.TryParse(options.Server, out IPAddress? address) && IPAddress.IsLoopback(address)))
        {
            throw new CollectorException(
                $"cannot ask {options.Server} for the time: it is not this machine's address; server_is_local = true allows it");
        }
        if (options.ProtocolVersion is < 2 or > 4)
        {
            throw new CollectorException($"cannot speak version {options.ProtocolVersion} of NTP: it must be 2, 3 or 4");
        }
        if (options.LocalOffsetTolerance < TimeSpan.Zero)
        {
            throw new CollectorException("cannot judge the time: local_offset_tolerance must not be negative");
        }
    }

    private NtpAnswer Ask(TimeProvider time)
    {
        Span<byte> packet = stackalloc byte[NtpAnswer.Size];
        Span<byte> random = stackalloc byte[sizeof(ulong)];
        RandomNumberGenerator.Fill(random);
        ulong cookie = BitConverter.ToUInt64(random);
        NtpAnswer.WriteQuestion(packet, options.ProtocolVersion, cookie);
        try
        {
            IPAddress address = IPAddress.TryParse(options.Server, out IPAddress? known) ? known : Dns.GetHostAddresses(options.Server)[0];
            using var socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp)
            {
                ReceiveTimeout = Patience,
                Ttl = (short)Math.Clamp(options.IpTtl, 1, byte.MaxValue),
            };
            socket.Connect(new IPEndPoint(address, port));
            DateTimeOffset sent = time.GetUtcNow();
            long start = time.GetTimestamp();
            socket.Send(packet);
            int length = socket.Receive(packet);
            return NtpAnswer.Parse(packet[..length], cookie, sent, sent + time.GetElapsedTime(start));
        }
        catch (SocketException e)
        {
            throw new CollectorException($"cannot ask {options.Server} for the time: {e.Message}");
        }
    }

    private static Family Of(string name, string help) => Family.Gauge("node_ntp_" + name, help);
}
