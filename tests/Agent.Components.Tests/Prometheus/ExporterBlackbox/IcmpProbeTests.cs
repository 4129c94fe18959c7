using System.Net.Sockets;
using Agent.Components.Prometheus.ExporterBlackbox.IcmpProbe;

namespace Agent.Components.Tests.Prometheus.ExporterBlackbox;

public sealed class IcmpProbeTests
{
    [Fact]
    public void A_request_has_the_checksum_of_RFC_1071()
    {
        var message = new EchoMessage(isIPv4: true, id: 0x1234, sequence: 7, payloadSize: 0);

        Assert.Equal((8, 36), (message.Packet.Span[0], message.Packet.Length));
        Assert.Equal(0, EchoMessage.Checksum(message.Packet.Span));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Only_the_reply_to_the_request_counts(bool isIPv4)
    {
        var message = new EchoMessage(isIPv4, id: 0x1234, sequence: 7, payloadSize: 40);
        byte[] reply = message.Packet.ToArray();
        reply[0] = (byte)(isIPv4 ? 0 : 129);
        byte[] otherId = [.. reply];
        otherId[5] ^= 1;
        byte[] otherSequence = [.. reply];
        otherSequence[7] ^= 1;
        byte[] header = isIPv4 ? [0x45, .. new byte[19]] : [];

        Assert.True(message.IsReply(reply, isRaw: false));
        Assert.True(message.IsReply(otherId, isRaw: false));
        Assert.False(message.IsReply(otherSequence, isRaw: false));
        Assert.False(message.IsReply(message.Packet.Span, isRaw: false));
        Assert.True(message.IsReply([.. header, .. reply], isRaw: true));
        Assert.False(message.IsReply([.. header, .. otherId], isRaw: true));
        Assert.False(message.IsReply([], isRaw: true));
    }

    [PingFact]
    public async Task Loopback_answers_with_a_hop_limit()
    {
        ProbePage page = await ProbePage.OfAsync("prober: icmp\nicmp: { payload_size: 100, source_ip_address: 127.0.0.1 }", "127.0.0.1");

        Assert.Equal(1, page["probe_success"]);
        Assert.InRange(page["probe_icmp_reply_hop_limit"], 1, 255);
        Assert.True(page["probe_icmp_duration_seconds{phase=\"rtt\"}"] > 0);
        Assert.All(["resolve", "setup"], phase => Assert.True(page[$"probe_icmp_duration_seconds{{phase=\"{phase}\"}}"] >= 0));
    }

    [PingFact]
    public async Task Hops_and_fragments_can_be_limited()
    {
        ProbePage page = await ProbePage.OfAsync("prober: icmp\nicmp: { ttl: 1, dont_fragment: true }", "127.0.0.1");
        ProbePage large = await ProbePage.OfAsync(
            "prober: icmp\ntimeout: 100ms\nicmp: { dont_fragment: true, payload_size: 65530 }", "127.0.0.1", "debug=true");

        Assert.Equal((1, 1), (page["probe_success"], page["probe_icmp_reply_hop_limit"] > 0 ? 1 : 0));
        Assert.Equal(0, large["probe_success"]);
        Assert.Contains("level=error", large.Text, StringComparison.Ordinal);
    }

    private sealed class PingFactAttribute : FactAttribute
    {
        public PingFactAttribute()
        {
            try
            {
                using PingSocket socket = PingSocket.Open(System.Net.IPAddress.Loopback, null, new());
            }
            catch (SocketException exception)
            {
                Skip = $"echo requests are not allowed here: {exception.Message}";
            }
        }
    }
}
