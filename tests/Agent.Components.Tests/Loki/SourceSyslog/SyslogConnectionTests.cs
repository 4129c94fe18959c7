using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Agent.Components.Common.Http;
using Agent.Components.Loki.SourceSyslog;
using Agent.Components.Tests.Common.Http;
using Agent.Sdk;
using Agent.Telemetry.Logs;
using Agent.Testing;

namespace Agent.Components.Tests.Loki.SourceSyslog;

#pragma warning disable CA1001 // The test runner ends it through IAsyncLifetime.
/// <summary>Connections and datagrams: framing, silence, encryption, backpressure.</summary>
public sealed class SyslogConnectionTests : IAsyncLifetime
#pragma warning restore CA1001
{
    private readonly SyslogFixture _syslog = new();

    private LogCollector Collector => _syslog.Collector;

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _syslog.DisposeAsync().AsTask();

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
        await _syslog.SendAsync($"{SyslogFixture.Second}\n<13>1 - - - - - - {new string('x', 200_000)}\n{SyslogFixture.Second}\n");
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
        await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(SyslogFixture.Second + "\n"));
        await _syslog.Time.AdvanceUntilAsync(TimeSpan.FromMilliseconds(250), () => Collector.Entries.Count == 1);
        await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(SyslogFixture.First + "\nand more\n"));
        client.Client.Shutdown(SocketShutdown.Send);
        await Collector.WaitForAsync(2);
        Assert.Equal(["Two", "One\nand more"], Collector.Lines);
    }

    [Fact]
    public async Task A_connection_that_is_silent_too_long_is_closed()
    {
        await _syslog.StartAsync(SyslogFixture.Tcp with { IdleTimeout = TimeSpan.FromMinutes(1) });
        using TcpClient client = await _syslog.ConnectAsync();
        await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes($"21 {SyslogFixture.Second}74 <165>"));
        await Collector.WaitForAsync(1);
        Task closed = SyslogFixture.ReadToEndAsync(client.GetStream());
        await _syslog.Time.AdvanceUntilAsync(TimeSpan.FromSeconds(20), () => closed.IsCompleted);
        Assert.Equal(["Two"], Collector.Lines);
        // What was half there.
        Assert.Equal(1, _syslog.ParsingErrors);
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
        await SendSecureAsync(0, own, $"21 {SyslogFixture.Second}");
        Assert.Equal(["Two"], Collector.Lines);
        await SendSecureAsync(0, null, SyslogFixture.Second);
        await SendSecureAsync(1, null, SyslogFixture.First + "\n");
        Assert.Equal(["Two", "One"], Collector.Lines);
    }

    [Fact]
    public async Task A_slow_receiver_stops_the_reading_of_connections()
    {
        var gate = new GatedConsumer(Collector);
        await _syslog.StartAsync(_syslog.Arguments(SyslogFixture.Tcp) with { ForwardTo = [gate] });
        using TcpClient client = await _syslog.ConnectAsync();
        client.SendBufferSize = 8192;
        byte[] block = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat($"1021 {SyslogFixture.Second}{new string('x', 1000)}", 1000)));
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
    public void Known_headers_cost_no_memory()
    {
        var services = new ListenerServices(_syslog.Context, static () => { });
        services.Apply(_syslog.Arguments(SyslogFixture.Tcp));
        using var reader = new MessageReader(new SyslogListener(SyslogFixture.Tcp, services));
        var peer = new SyslogPeer("10.0.0.1", "web");
        byte[] data = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat($"74 {SyslogFixture.First}", 50)));
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
}
