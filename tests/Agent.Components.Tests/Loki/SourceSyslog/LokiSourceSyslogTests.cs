using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Agent.Components.Common.Http;
using Agent.Components.Common.Relabel;
using Agent.Components.Loki.SourceSyslog;
using Agent.Components.Tests.Common.Http;
using Agent.Sdk;
using Agent.Syntax.Values;
using Agent.Telemetry.Logs;
using Agent.Testing;

namespace Agent.Components.Tests.Loki.SourceSyslog;

#pragma warning disable CA1001 // The test runner ends it through IAsyncLifetime.
public sealed class LokiSourceSyslogTests : IAsyncLifetime
#pragma warning restore CA1001
{
    private const string First = "<165>1 2018-10-11T22:14:15.003Z host5 e - id1 [custom@32473 exkey=\"1\"] One";
    private const string Second = "<13>1 - - - - - - Two";

    private readonly SyslogFixture _syslog = new();

    private LogCollector Collector => _syslog.Collector;

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _syslog.DisposeAsync().AsTask();

    [Theory]
    [InlineData(First + "\n" + Second + "\n")]
    [InlineData("74 " + First + "21 " + Second)]
    public async Task Messages_of_a_connection_become_entries_with_labels_by_rule(string text)
    {
        await _syslog.StartAsync(SyslogFixture.Tcp with { Labels = new ValueMap<string>([new("job", "syslog")]), LabelStructuredData = true });
        await _syslog.SendAsync(text);
        Assert.Equal(["One", "Two"], Collector.Lines);
        Assert.Equal(
            "{app_name=\"e\", facility=\"local4\", hostname=\"host5\", job=\"syslog\", msg_id=\"id1\", sd_custom_32473_exkey=\"1\", severity=\"notice\"}",
            Collector.Entries[0].Labels.ToString());
        Assert.Equal("{facility=\"user\", job=\"syslog\", severity=\"notice\"}", Collector.Entries[1].Labels.ToString());
        Assert.All(Collector.Entries, entry => Assert.Equal(_syslog.Time.GetUtcNow().ToUnixTimeMilliseconds() * 1_000_000, entry.Timestamp));
        Assert.Equal(2, _syslog.Count("loki_source_syslog_entries_total"));
        Assert.Equal(0, _syslog.ParsingErrors);
    }

    [Fact]
    public async Task Datagrams_become_entries_each_with_a_framing_of_its_own()
    {
        await _syslog.StartAsync(SyslogFixture.Udp with { UseIncomingTimestamp = true });
        await _syslog.SendDatagramAsync(First);
        await _syslog.SendDatagramAsync("21 " + Second);
        await _syslog.SendDatagramAsync("nonsense");
        await _syslog.SendDatagramAsync(Second + "\n" + Second + "\n");
        await Collector.WaitForAsync(4);
        Assert.Equal(["One", "Two", "Two", "Two"], Collector.Lines);
        Assert.Equal(1_539_296_055_003_000_000, Collector.Entries[0].Timestamp);
        Assert.Equal(1, _syslog.ParsingErrors);
    }

    [Fact]
    public async Task The_sender_is_a_label_for_rules_and_labels_with_underscores_go()
    {
        RelabelRule rule = new() { SourceLabels = ["__syslog_connection_ip_address"], TargetLabel = "ip" };
        await _syslog.StartAsync(_syslog.Arguments(SyslogFixture.Tcp) with { RelabelRules = new RelabelRules([rule]) });
        await _syslog.SendAsync(Second);
        Assert.Equal("{ip=\"127.0.0.1\"}", Assert.Single(Collector.Entries).Labels.ToString());
    }

    [Fact]
    public async Task Rules_can_drop_messages_and_those_are_counted()
    {
        RelabelRule rule = new() { SourceLabels = ["__syslog_message_hostname"], Regex = Sdk.Patterns.Pattern.Parse("host5"), Action = RelabelAction.Drop };
        await _syslog.StartAsync(_syslog.Arguments(SyslogFixture.Tcp) with { RelabelRules = new RelabelRules([rule]) });
        await _syslog.SendAsync($"{First}\n{First}\n{Second}\n");
        Assert.Equal(["Two"], Collector.Lines);
        Assert.Equal(2, _syslog.Count("loki_source_syslog_dropped_entries_total", ("reason", "relabel_rules")));
    }

    [Fact]
    public async Task Bad_messages_are_counted_and_the_good_ones_around_them_forwarded()
    {
        await _syslog.StartAsync(SyslogFixture.Tcp);
        await _syslog.SendAsync($"<165>1    -   bad\n{Second}\n<165>1 2018-10-11T22:14:15Z host5 e -   bad\n{Second}\n");
        Assert.Equal(["Two", "Two"], Collector.Lines);
        Assert.Equal(2, _syslog.ParsingErrors);
    }

    [Theory]
    [InlineData("xxx")]
    [InlineData("99999999999999999999 <13>1")]
    [InlineData("8193 <13>1 - - - - - - x")]
    [InlineData("-1 <13>1 - - - - - - x")]
    public async Task A_connection_whose_framing_lies_is_counted_and_closed(string text)
    {
        await _syslog.StartAsync(SyslogFixture.Tcp);
        using TcpClient client = await _syslog.ConnectAsync();
        await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(text));
        await SyslogFixture.ReadToEndAsync(client.GetStream());
        Assert.Equal(1, _syslog.ParsingErrors);
        Assert.Empty(Collector.Entries);
    }

    [Fact]
    public async Task A_line_that_is_too_long_is_counted_and_passed_over()
    {
        await _syslog.StartAsync(SyslogFixture.Tcp with { MaxMessageLength = 100 });
        await _syslog.SendAsync($"{Second}\n<13>1 - - - - - - {new string('x', 200_000)}\n{Second}\n");
        Assert.Equal(["Two", "Two"], Collector.Lines);
        Assert.Equal(1, _syslog.ParsingErrors);
    }

    [Fact]
    public async Task A_datagram_that_is_too_long_is_cut_and_counted()
    {
        await _syslog.StartAsync(SyslogFixture.Udp with { MaxMessageLength = 30 });
        await _syslog.SendDatagramAsync("<13>1 - - - - - - 012345678901234567890123456789");
        await Collector.WaitForAsync(1);
        Assert.Equal(["012345678901"], Collector.Lines);
        Assert.Equal(1, _syslog.Count("loki_source_syslog_truncated_datagrams_total"));
    }

    [Fact]
    public async Task The_last_line_is_forwarded_when_nothing_follows_it_for_a_while()
    {
        // Time goes on while the component gets there, but the connection must not be too silent for it.
        await _syslog.StartAsync(SyslogFixture.Tcp with { IdleTimeout = TimeSpan.MaxValue });
        using TcpClient client = await _syslog.ConnectAsync();
        await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(Second + "\n"));
        await Eventually.True(() =>
        {
            _syslog.Time.Advance(TimeSpan.FromMilliseconds(250));
            return Collector.Entries.Count == 1;
        });
        await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(First + "\nand more\n"));
        client.Client.Shutdown(SocketShutdown.Send);
        await Collector.WaitForAsync(2);
        Assert.Equal(["Two", "One\nand more"], Collector.Lines);
    }

    [Fact]
    public async Task A_connection_that_is_silent_too_long_is_closed()
    {
        await _syslog.StartAsync(SyslogFixture.Tcp with { IdleTimeout = TimeSpan.FromMinutes(1) });
        using TcpClient client = await _syslog.ConnectAsync();
        await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes($"21 {Second}74 <165>"));
        await Collector.WaitForAsync(1);
        Task closed = SyslogFixture.ReadToEndAsync(client.GetStream());
        await Eventually.True(() =>
        {
            _syslog.Time.Advance(TimeSpan.FromSeconds(20));
            return closed.IsCompleted;
        });
        Assert.Equal(["Two"], Collector.Lines);
        // What was half there.
        Assert.Equal(1, _syslog.ParsingErrors);
    }

    [Fact]
    public async Task Empty_messages_are_dropped_and_counted_unless_allowed()
    {
        await _syslog.StartAsync(SyslogFixture.Tcp, SyslogFixture.Tcp with { Rfc5424AllowEmptyMsg = true });
        await _syslog.SendAsync("<14>1 - - - - - -\n", 0);
        Assert.Empty(Collector.Entries);
        await _syslog.SendAsync("<14>1 - - - - - [a b=\"c\"]\n", 1);
        Assert.Equal([""], Collector.Lines);
        Assert.Equal(2, _syslog.Count("loki_source_syslog_empty_messages_total"));
    }

    [Fact]
    public async Task The_whole_message_is_the_entry_where_asked_for()
    {
        await _syslog.StartAsync(SyslogFixture.Tcp with { UseRfc5424Message = true });
        await _syslog.SendAsync($"{First}\n{Second}\n");
        Assert.Equal([First, Second], Collector.Lines);
    }

    [Theory]
    [InlineData(false, -9_223_372_036_000_000_000)]
    [InlineData(true, 1_708_300_800_000_000_000)]
    public async Task Rfc3164_is_read_with_the_current_year_where_asked_for(bool currentYear, long timestamp)
    {
        ListenerOptions options = SyslogFixture.Tcp with
        {
            SyslogFormat = SyslogFormat.Rfc3164,
            UseIncomingTimestamp = true,
            Rfc3164DefaultToCurrentYear = currentYear,
        };
        await _syslog.StartAsync(options);
        await _syslog.SendAsync("<165>Feb 19 00:00:00 127.0.0.1 app[7]: An entry\n");
        CollectedEntry entry = Assert.Single(Collector.Entries);
        Assert.Equal(("An entry", timestamp), (entry.Line, entry.Timestamp));
        Assert.Equal("{app_name=\"app\", facility=\"local4\", hostname=\"127.0.0.1\", proc_id=\"7\", severity=\"notice\"}", entry.Labels.ToString());
    }

    [Fact]
    public async Task What_cisco_adds_becomes_labels()
    {
        await _syslog.StartAsync(SyslogFixture.Udp with { SyslogFormat = SyslogFormat.Rfc3164, CiscoComponents = new CiscoComponents { EnableAll = true } });
        await _syslog.SendDatagramAsync("<189>237: 000485: router1: *Jan  8 19:46:03.295: %X: y\n");
        await Collector.WaitForAsync(1);
        Assert.Equal(
            "{app_name=\"%X\", facility=\"local7\", hostname=\"router1\", msg_counter=\"237\", sequence=\"485\", severity=\"notice\"}",
            Collector.Entries[0].Labels.ToString());
    }

    [Fact]
    public async Task Raw_lines_are_forwarded_as_they_are()
    {
        await _syslog.StartAsync(SyslogFixture.Tcp with { SyslogFormat = SyslogFormat.Raw, RawFormatOptions = new() { UseNullTerminatorDelimiter = true } });
        await _syslog.SendAsync("Dec 17 CEF:0|a\0<13>b\nb2\0\n\0<13>\0");
        Assert.Equal(["Dec 17 CEF:0|a", "b\nb2"], Collector.Lines);
        Assert.Equal("{facility=\"user\", severity=\"notice\"}", Collector.Entries[1].Labels.ToString());
        Assert.Equal(1, _syslog.Count("loki_source_syslog_empty_messages_total"));
    }

    [Fact]
    public async Task Connections_are_served_over_tls_to_clients_with_a_certificate_of_the_authority()
    {
        using var authority = new TestAuthority();
        TestCertificate server = authority.Sign("localhost");
        TestCertificate client = authority.Sign("client");
        TlsClientOptions tls = new() { CaPem = authority.Pem, CertPem = server.Cert, KeyPem = new Secret(server.Key) };
        await _syslog.StartAsync(SyslogFixture.Tcp with { TlsConfig = tls }, SyslogFixture.Tcp with { TlsConfig = tls with { CaPem = "" } });
        using var own = X509Certificate2.CreateFromPem(client.Cert, client.Key);
        await SendSecureAsync(0, own, $"21 {Second}");
        Assert.Equal(["Two"], Collector.Lines);
        await SendSecureAsync(0, null, Second);
        await SendSecureAsync(1, null, First + "\n");
        Assert.Equal(["Two", "One"], Collector.Lines);
    }

    [Fact]
    public async Task Authorities_without_a_certificate_of_the_listener_make_it_unhealthy()
    {
        using var authority = new TestAuthority();
        await StartUnhealthyAsync(SyslogFixture.Tcp with { TlsConfig = new() { CaPem = authority.Pem } });
        Assert.Contains("certificate and key must be configured", _syslog.Context.HealthMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_slow_receiver_stops_the_reading_of_connections()
    {
        var gate = new GatedConsumer(Collector);
        await _syslog.StartAsync(_syslog.Arguments(SyslogFixture.Tcp) with { ForwardTo = [gate] });
        using TcpClient client = await _syslog.ConnectAsync();
        client.SendBufferSize = 8192;
        byte[] block = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat($"1021 {Second}{new string('x', 1000)}", 1000)));
        Task sending = Task.Run(async () =>
        {
            for (int i = 0; i < 25; i++)
            {
                await client.GetStream().WriteAsync(block);
            }
            client.Client.Shutdown(SocketShutdown.Send);
        });
        await gate.Called;
        Assert.False(sending.IsCompleted);
        gate.Open();
        await sending;
        await Collector.WaitForAsync(25_000);
        Assert.Equal(25_000, _syslog.Count("loki_source_syslog_entries_total"));
    }

    [Fact]
    public async Task A_reload_keeps_what_is_unchanged_with_its_connections_and_restarts_the_rest()
    {
        ListenerOptions kept = SyslogFixture.Tcp;
        ListenerOptions changed = SyslogFixture.Udp;
        await _syslog.StartAsync(changed, kept);
        using TcpClient client = await _syslog.ConnectAsync(1);
        (int keptPort, int changedPort) = (_syslog.PortOf(1), _syslog.PortOf(0));
        var other = new LogCollector();
        // The changed one has to give up its port first.
        ListenerOptions next = changed with { Address = $"127.0.0.1:{changedPort}", Labels = new ValueMap<string>([new("a", "b")]) };
        await _syslog.Component.ApplyAsync(_syslog.Arguments(kept, next) with { ForwardTo = [other] }, CancellationToken.None);
        // One look at both: between two looks a listener may have gone.
        await Eventually.True(() => _syslog.Component.BoundTo is [{ } first, { } second] && first.Port == keptPort && second.Port == changedPort);
        await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes($"21 {Second}"));
        await other.WaitForAsync(1);
        await _syslog.SendDatagramAsync(First, 1);
        await other.WaitForAsync(2);
        Assert.Equal("b", other.Entries[1].Labels["a"]);
        Assert.Empty(Collector.Entries);
        await _syslog.Component.ApplyAsync(_syslog.Arguments(next), CancellationToken.None);
        await SyslogFixture.ReadToEndAsync(client.GetStream());
        await Eventually.True(() => _syslog.AllBound(1));
    }

    [Theory]
    [InlineData(SyslogProtocol.Tcp)]
    [InlineData(SyslogProtocol.Udp)]
    public async Task A_port_that_is_taken_makes_it_unhealthy_until_it_is_free(SyslogProtocol protocol)
    {
        var taken = protocol == SyslogProtocol.Tcp
            ? new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
            : new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        if (protocol == SyslogProtocol.Tcp)
        {
            taken.Listen();
        }
        string address = $"127.0.0.1:{((IPEndPoint)taken.LocalEndPoint!).Port}";
        await StartUnhealthyAsync(new ListenerOptions { Address = address, Protocol = protocol });
        Assert.StartsWith($"cannot listen on {address} ({protocol.ToString().ToLowerInvariant()}): ", _syslog.Context.HealthMessage, StringComparison.Ordinal);
        taken.Dispose();
        await Eventually.True(() =>
        {
            _syslog.Time.Advance(TimeSpan.FromSeconds(1));
            return _syslog.AllBound(1);
        });
        Assert.Equal(HealthState.Healthy, _syslog.Context.Health);
    }

    [Fact]
    public async Task A_receiver_that_fails_ends_the_run_with_its_exception()
    {
        await _syslog.StartAsync(_syslog.Arguments(SyslogFixture.Tcp) with { ForwardTo = [new FailingConsumer()] });
        await _syslog.SendAsync(Second);
        await Assert.ThrowsAsync<InvalidTimeZoneException>(() => _syslog.Run);
    }

    [Fact]
    public async Task The_state_tells_each_listener()
    {
        await _syslog.StartAsync(SyslogFixture.Tcp with { Labels = new ValueMap<string>([new("a", "b")]) });
        var state = Assert.IsType<MapValue>(_syslog.Component.DebugState());
        string text = Agent.Sdk.Decoding.ValueText.Of(state);
        Assert.Contains("ready", text, StringComparison.Ordinal);
        Assert.Contains($"127.0.0.1:{_syslog.PortOf(0)}", text, StringComparison.Ordinal);
        Assert.Contains("a=", text, StringComparison.Ordinal);
        Assert.Equal((HealthState.Healthy, $"listening on 127.0.0.1:{_syslog.PortOf(0)} (tcp)"), (_syslog.Context.Health, _syslog.Context.HealthMessage));
    }

    [Fact]
    public void Known_headers_cost_no_memory()
    {
        var services = new ListenerServices(_syslog.Context, static () => { });
        services.Apply(_syslog.Arguments(SyslogFixture.Tcp));
        using var reader = new MessageReader(new SyslogListener(SyslogFixture.Tcp, services));
        var peer = new SyslogPeer("10.0.0.1", "web");
        byte[] data = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat($"74 {First}", 50)));
        int Round()
        {
            reader.Batch.Clear();
            reader.Begin();
            return reader.Read(data, peer, isEnd: false, out _);
        }
        Assert.Equal(data.Length, Round());
        Assert.Equal(50, reader.Batch.Count);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            Round();
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private async Task StartUnhealthyAsync(ListenerOptions options)
    {
        Task started = _syslog.StartAsync(options);
        await Eventually.True(() => _syslog.Context.Health == HealthState.Unhealthy);
        // It goes on waiting for the listener, which the test may open later.
        _ = started;
    }

    private async Task SendSecureAsync(int listener, X509Certificate2? certificate, string text)
    {
        using TcpClient client = await _syslog.ConnectAsync(listener);
        NetworkStream plain = client.GetStream();
        await using var secure = new SslStream(plain);
        try
        {
            await secure.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                RemoteCertificateValidationCallback = static (_, shown, _, _) => shown is not null,
                ClientCertificates = certificate is null ? null : [certificate],
            });
            await secure.WriteAsync(Encoding.UTF8.GetBytes(text));
            await secure.ShutdownAsync();
        }
        catch (IOException)
        {
            Assert.Null(certificate);
        }
        await SyslogFixture.ReadToEndAsync(plain);
    }

    private sealed class GatedConsumer(ILogConsumer next) : ILogConsumer
    {
        private readonly TaskCompletionSource _called = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Called => _called.Task;

        public void Open() => _open.SetResult();

        public async ValueTask ConsumeAsync(LogBatch batch, CancellationToken stop)
        {
            _called.TrySetResult();
            await _open.Task.WaitAsync(stop);
            await next.ConsumeAsync(batch, stop);
        }
    }

    private sealed class FailingConsumer : ILogConsumer
    {
        public ValueTask ConsumeAsync(LogBatch batch, CancellationToken stop) => throw new InvalidTimeZoneException("broken");
    }
}
