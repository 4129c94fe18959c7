using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Agent.Components.Prometheus.ExporterUnix;
using Agent.Components.Prometheus.ExporterUnix.Collectors;
using Agent.Testing;

namespace Agent.Components.Tests.Prometheus.ExporterUnix;

public sealed class NtpCollectorTests
{
    private const ulong Epoch = 2_208_988_800;
    private static readonly DateTimeOffset Sent = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    [Fact]
    public void Delay_and_offset_follow_from_four_times()
    {
        // The server's clock is 10 s ahead, each way takes 1 s, and it ponders for 2 s.
        NtpAnswer answer = NtpAnswer.Parse(Packet(1_700_000_011, 1_700_000_013), 42, Sent, Sent.AddSeconds(4));

        Assert.Equal(2, answer.RoundTrip, 6);
        Assert.Equal(10, answer.Offset, 6);
        Assert.Equal(2, answer.Stratum);
        Assert.Equal(1_699_999_000, answer.ReferenceTime);
        Assert.Equal(0.5, answer.RootDelay);
        Assert.Equal(0.25, answer.RootDispersion);
        Assert.Equal(9, answer.LeastError, 6);
        Assert.True(answer.IsValid);
        Assert.False(new NtpCollector(new NtpOptions()).IsSane(answer));
    }

    [Fact]
    public void An_announced_leap_second_widens_the_tolerance_until_the_day_after()
    {
        var collector = new NtpCollector(new NtpOptions());
        NtpAnswer exact = NtpAnswer.Parse(Packet(1_700_000_000, 1_700_000_000), 42, Sent, Sent);
        NtpAnswer off = NtpAnswer.Parse(Packet(1_700_000_001, 1_700_000_001), 42, Sent, Sent.AddMilliseconds(500));
        Assert.True(collector.IsSane(exact));
        Assert.False(collector.IsSane(off));

        byte[] leap = Packet(1_700_000_001, 1_700_000_001);
        leap[0] |= 1 << 6;
        Assert.True(collector.IsSane(NtpAnswer.Parse(leap, 42, Sent, Sent.AddMilliseconds(500))));
        Assert.True(collector.IsSane(off));
    }

    [Theory]
    [InlineData(0, 0x1c)]
    [InlineData(1, 16)]
    [InlineData(1, 0)]
    [InlineData(0, 0xe4)]
    public void Answers_nobody_should_trust_are_not_sane(int at, byte value)
    {
        byte[] packet = Packet(1_700_000_000, 1_700_000_000);
        packet[at] = value;

        // 0x1c: mode 4 of version 3, which is fine.
        NtpAnswer answer = NtpAnswer.Parse(packet, 42, Sent, Sent);
        Assert.Equal(value == 0x1c, answer.IsValid);
    }

    [Fact]
    public void An_answer_to_another_question_or_of_no_server_is_an_error()
    {
        Assert.Contains(
            "another question",
            Assert.Throws<CollectorException>(() => NtpAnswer.Parse(Packet(1_700_000_000, 1_700_000_000), 43, Sent, Sent)).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "no NTP server's", Assert.Throws<CollectorException>(() => NtpAnswer.Parse(new byte[20], 42, Sent, Sent)).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "impossible times",
            Assert.Throws<CollectorException>(() => NtpAnswer.Parse(Packet(1_700_000_001, 1_700_000_000), 42, Sent, Sent)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_is_asked_over_the_network()
    {
        using var server = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        server.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        // A thread of its own: the collector waits a second, however busy the pool is.
        Task serving = Task.Factory.StartNew(() => Serve(server), TaskCreationOptions.LongRunning);
        using var files = new HostFiles(new HostPaths());
        using var output = new FamilyWriter();

        new NtpCollector(new NtpOptions(), ((IPEndPoint)server.LocalEndPoint!).Port)
            .Collect(new CollectorScrape(files, output, new NameCache(), new FakeTimeProvider(Sent)));

        await serving;
        string text = NodeFixtures.Text(output);
        Assert.Contains("node_ntp_stratum 2\n", text, StringComparison.Ordinal);
        Assert.Contains("node_ntp_offset_seconds 0\n", text, StringComparison.Ordinal);
        Assert.Contains("node_ntp_sanity 1\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_public_server_is_not_asked_unless_it_is_said_to_be_local()
    {
        using var files = new HostFiles(new HostPaths());
        using var output = new FamilyWriter();
        var error = Assert.Throws<CollectorException>(() => new NtpCollector(new NtpOptions { Server = "203.0.113.1" })
            .Collect(new CollectorScrape(files, output, new NameCache(), new FakeTimeProvider())));

        Assert.Contains("server_is_local", error.Message, StringComparison.Ordinal);
    }

    private static void Serve(Socket server)
    {
        byte[] question = new byte[64];
        EndPoint client = new IPEndPoint(IPAddress.Any, 0);
        Assert.Equal(48, server.ReceiveFrom(question, ref client));
        Assert.Equal((4 << 3) | 3, question[0]);
        byte[] answer = Packet(1_700_000_000, 1_700_000_000);
        question.AsSpan(40, 8).CopyTo(answer.AsSpan(24));
        server.SendTo(answer, client);
    }

    private static byte[] Packet(ulong received, ulong left)
    {
        byte[] packet = new byte[48];
        packet[0] = (4 << 3) | 4;
        packet[1] = 2;
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(4), 1 << 15);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(8), 1 << 14);
        BinaryPrimitives.WriteUInt64BigEndian(packet.AsSpan(16), (1_699_999_000 + Epoch) << 32);
        BinaryPrimitives.WriteUInt64BigEndian(packet.AsSpan(24), 42);
        BinaryPrimitives.WriteUInt64BigEndian(packet.AsSpan(32), (received + Epoch) << 32);
        BinaryPrimitives.WriteUInt64BigEndian(packet.AsSpan(40), (left + Epoch) << 32);
        return packet;
    }
}
