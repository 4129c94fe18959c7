using System.Net;
using System.Net.Sockets;
using System.Text;
using Agent.Components.Loki.SourceSyslog;
using Agent.Components.Tests.Common.Http;
using Agent.Sdk;
using Agent.Syntax.Values;
using Agent.Telemetry.Logs;
using Agent.Testing;

namespace Agent.Components.Tests.Loki.SourceSyslog;

#pragma warning disable CA1001 // The test runner ends it through IAsyncLifetime.
/// <summary>Listeners: their ports, their health, and reloads.</summary>
public sealed class SyslogListenerTests : IAsyncLifetime
#pragma warning restore CA1001
{
    private readonly SyslogFixture _syslog = new();

    private LogCollector Collector => _syslog.Collector;

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _syslog.DisposeAsync().AsTask();

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
        await Eventually.TrueAsync(() => _syslog.Component.BoundTo is [{ } first, { } second] && first.Port == keptPort && second.Port == changedPort);
        await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes($"21 {SyslogFixture.Second}"));
        await other.WaitForAsync(1);
        await _syslog.SendDatagramAsync(SyslogFixture.First, 1);
        await other.WaitForAsync(2);
        Assert.Equal("b", other.Entries[1].Labels["a"]);
        Assert.Empty(Collector.Entries);
        await _syslog.Component.ApplyAsync(_syslog.Arguments(next), CancellationToken.None);
        await SyslogFixture.ReadToEndAsync(client.GetStream());
        await Eventually.TrueAsync(() => _syslog.AllBound(1));
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
        await _syslog.Time.AdvanceUntilAsync(TimeSpan.FromSeconds(1), () => _syslog.AllBound(1));
        Assert.Equal(HealthState.Healthy, _syslog.Context.Health);
    }

    [Fact]
    public async Task Authorities_without_a_certificate_of_the_listener_make_it_unhealthy()
    {
        using var authority = new TestAuthority();
        await StartUnhealthyAsync(SyslogFixture.Tcp with { TlsConfig = new() { CaPem = authority.Pem } });
        Assert.Contains("certificate and key must be configured", _syslog.Context.HealthMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_receiver_that_fails_ends_the_run_with_its_exception()
    {
        await _syslog.StartAsync(_syslog.Arguments(SyslogFixture.Tcp) with { ForwardTo = [new FailingConsumer()] });
        await _syslog.SendAsync(SyslogFixture.Second);
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

    private async Task StartUnhealthyAsync(ListenerOptions options)
    {
        Task started = _syslog.StartAsync(options);
        await Eventually.TrueAsync(() => _syslog.Context.Health == HealthState.Unhealthy);
        // It goes on waiting for the listener, which the test may open later.
        _ = started;
    }

    private sealed class FailingConsumer : ILogConsumer
    {
        public ValueTask ConsumeAsync(LogBatch batch, CancellationToken stop) => throw new InvalidTimeZoneException("broken");
    }
}
