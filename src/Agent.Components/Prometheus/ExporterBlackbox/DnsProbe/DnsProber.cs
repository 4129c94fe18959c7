using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Agent.Components.Common.DnsMessages;
using Agent.Components.Prometheus.ExporterBlackbox.Modules;
using Agent.Components.Prometheus.ExporterBlackbox.Probing;
using Agent.Components.Prometheus.ExporterUnix;

namespace Agent.Components.Prometheus.ExporterBlackbox.DnsProbe;

/// <summary>Asks the target, a name server, the module's question.</summary>
internal sealed class DnsProber : IProber
{
    private const int LongestMessage = ushort.MaxValue;
    private const string TlsPort = "853";
    private const string UsualPort = "53";

    private static readonly Family Duration = Family.Gauge("probe_dns_duration_seconds", "Duration of DNS request by phase", "phase");
    private static readonly Family Serial = Family.Gauge("probe_dns_serial", "Returns the serial number of the zone");

    private static readonly Family Answers = Family.Gauge(
        "probe_dns_answer_rrs", "Returns number of entries in the answer resource record list");

    private static readonly Family Authorities = Family.Gauge(
        "probe_dns_authority_rrs", "Returns number of entries in the authority resource record list");

    private static readonly Family Additionals = Family.Gauge(
        "probe_dns_additional_rrs", "Returns number of entries in the additional resource record list");

    private static readonly Family QuerySucceeded = Family.Gauge(
        "probe_dns_query_succeeded", "Displays whether or not the query was executed successfully");

    public async Task<bool> ProbeAsync(ProbeRun run, CancellationToken stop)
    {
        DnsProbeOptions options = run.Module.Dns;
        Declare(run.Series);
        if (options.Transport is not ("udp" or "tcp"))
        {
            throw new ProbeException($"Configuration error: Expected transport protocol udp or tcp, got {options.Transport}");
        }
        (string host, string port) = HostAndPort.Split(run.Target, out _) ?? (run.Target, options.OverTls ? TlsPort : UsualPort);
        (IPAddress address, double lookup) = await AddressChoice.ResolveAsync(run, host, options.Address, stop);
        run.Series.Set(Duration, lookup, "resolve");
        if (options.OverTls && options.Transport != "tcp")
        {
            throw new ProbeException($"Configuration error: Expected transport protocol tcp for DoT, got {options.Transport}");
        }
        var server = new IPEndPoint(address, HostAndPort.Port(port));
        run.Log.Debug("Making DNS query", ("target", server), ("transport", options.Transport), ("query", options.QueryName),
            ("type", DnsNumbers.TypeName(options.QueryType)), ("class", DnsNumbers.ClassName(options.QueryClass)));
        DnsReply reply = await AskAsync(run, server, host, stop);
        Report(run.Series, reply, options.QueryType);
        return RecordCheck.HasValidRcode(reply.Rcode, options.ValidRcodes, run.Log)
            && RecordCheck.IsValid(reply.Answer, options.Answer, "Answer", run.Log)
            && RecordCheck.IsValid(reply.Authority, options.Authority, "Authority", run.Log)
            && RecordCheck.IsValid(reply.Additional, options.Additional, "Additional", run.Log);
    }

    private static void Declare(ProbeSeries series)
    {
        series.Declare(Duration, "resolve");
        series.Declare(Duration, "connect");
        series.Declare(Duration, "request");
        series.Declare(Answers);
        series.Declare(Authorities);
        series.Declare(Additionals);
        series.Declare(QuerySucceeded);
    }

    private static void Report(ProbeSeries series, DnsReply reply, ushort type)
    {
        series.Set(Answers, reply.Answer.Count);
        series.Set(Authorities, reply.Authority.Count);
        series.Set(Additionals, reply.Additional.Count);
        series.Set(QuerySucceeded, 1);
        if (type == DnsNumbers.Soa)
        {
            series.Set(Serial, reply.Answer.LastOrDefault(static record => record.Serial is not null)?.Serial ?? 0);
        }
    }

    private static async Task<DnsReply> AskAsync(ProbeRun run, IPEndPoint server, string host, CancellationToken stop)
    {
        DnsProbeOptions options = run.Module.Dns;
        var id = (ushort)RandomNumberGenerator.GetInt32(ushort.MaxValue + 1);
        byte[] query = Query(options, id);
        IPAddress? source = HostAndPort.Source(run, options.SourceAddress);
        long start = run.Now;
        long connected = start;
        try
        {
            if (options.Transport == "udp")
            {
                using var socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
                if (source is not null)
                {
                    socket.Bind(new IPEndPoint(source, 0));
                }
                await socket.ConnectAsync(server, stop);
                connected = run.Now;
                return await ExchangeAsync(socket, query, id, stop);
            }
            await using NetworkStream connection = await HostAndPort.ConnectAsync(server, source, stop);
            using var session = new TlsSession(options.TlsConfig, host);
            Stream stream = options.OverTls ? await session.HandshakeAsync(connection, [], stop) : connection;
            connected = run.Now;
            return await ExchangeAsync(stream, query, id, stop);
        }
        finally
        {
            connected = connected == start ? run.Now : connected;
            run.Series.Set(Duration, run.SecondsBetween(start, connected), "connect");
            run.Series.Set(Duration, run.SecondsSince(connected), "request");
        }
    }

    private static async Task<DnsReply> ExchangeAsync(Socket socket, byte[] query, ushort id, CancellationToken stop)
    {
        await socket.SendAsync(query, stop);
        byte[] buffer = new byte[LongestMessage];
        while (true)
        {
            // Datagrams that answer something else are overlooked, until the probe's time is up.
            int length = await socket.ReceiveAsync(buffer, stop);
            if (DnsReply.Read(buffer.AsSpan(0, length), id) is { } reply)
            {
                return reply;
            }
        }
    }

    private static async Task<DnsReply> ExchangeAsync(Stream stream, byte[] query, ushort id, CancellationToken stop)
    {
        byte[] framed = new byte[2 + query.Length];
        BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)query.Length);
        query.CopyTo(framed, 2);
        await stream.WriteAsync(framed, stop);
        await stream.FlushAsync(stop);
        byte[] head = new byte[2];
        await stream.ReadExactlyAsync(head, stop);
        byte[] answer = new byte[BinaryPrimitives.ReadUInt16BigEndian(head)];
        await stream.ReadExactlyAsync(answer, stop);
        return DnsReply.Read(answer, id) ?? throw new ProbeException("dns: id mismatch");
    }

    private static byte[] Query(DnsProbeOptions options, ushort id)
    {
        byte[] name = DnsName.Encode(options.QueryName);
        byte[] message = new byte[12 + name.Length + 4];
        BinaryPrimitives.WriteUInt16BigEndian(message, id);
        message[2] = (byte)(options.Recursion ? 1 : 0);
        message[5] = 1;
        name.CopyTo(message, 12);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(12 + name.Length), options.QueryType);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(14 + name.Length), options.QueryClass);
        return message;
    }
}
