using System.Net;
using System.Net.Sockets;
using System.Text;
using Agent.Components.Common.Relabel;
using Agent.Components.Loki.SourceSyslog;
using Agent.Testing;

namespace Agent.Components.Tests.Loki.SourceSyslog;

/// <summary>The component on loopback with ports of the system's choice, and senders.</summary>
internal sealed class SyslogFixture : IAsyncDisposable
{
    public const string First = "<165>1 2018-10-11T22:14:15.003Z host5 e - id1 [custom@32473 exkey=\"1\"] One";
    public const string Second = "<13>1 - - - - - - Two";

    private readonly CancellationTokenSource _stop = new();

    public SyslogFixture()
    {
        Context = new TestComponentContext("loki.source.syslog.test", Time);
        Component = new LokiSourceSyslog(Context);
    }

    public FakeTimeProvider Time { get; } = new();

    public LogCollector Collector { get; } = new();

    public TestComponentContext Context { get; }

    public LokiSourceSyslog Component { get; }

    public Task Run { get; private set; } = Task.CompletedTask;

    /// <summary>Keeps what the rules would otherwise take away.</summary>
    public static RelabelRules KeepAll { get; } = new([new RelabelRule { Action = RelabelAction.LabelMap, Regex = Pattern("__syslog_message_(.+)") }]);

    public static ListenerOptions Tcp => new() { Address = "127.0.0.1:0" };

    public static ListenerOptions Udp => new() { Address = "127.0.0.1:0", Protocol = SyslogProtocol.Udp };

    public LokiSourceSyslog.Arguments Arguments(params ListenerOptions[] listeners) =>
        new() { ForwardTo = [Collector], RelabelRules = KeepAll, Listener = [.. listeners] };

    public Task StartAsync(params ListenerOptions[] listeners) => StartAsync(Arguments(listeners));

    public async Task StartAsync(LokiSourceSyslog.Arguments arguments)
    {
        await Component.ApplyAsync(arguments, CancellationToken.None);
        Run = Task.Run(() => Component.RunAsync(_stop.Token));
        await Eventually.TrueAsync(() => AllBound(arguments.Listener.Count) || Run.IsCompleted);
    }

    public bool AllBound(int count) => Component.BoundTo is { } bound && bound.Count == count && bound.All(static one => one is not null);

    public int PortOf(int listener) => Component.BoundTo[listener]!.Port;

    public long Count(string metric, params ReadOnlySpan<(string Name, string Value)> labels) => Context.Metrics.Counter(metric, "", labels).Value;

    public long ParsingErrors => Count("loki_source_syslog_parsing_errors_total");

    public async Task<TcpClient> ConnectAsync(int listener = 0)
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, PortOf(listener));
        return client;
    }

    /// <summary>Sends over a connection of its own, and closes its side.</summary>
    public async Task SendAsync(string text, int listener = 0)
    {
        using TcpClient client = await ConnectAsync(listener);
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync(Encoding.UTF8.GetBytes(text));
        client.Client.Shutdown(SocketShutdown.Send);
        await ReadToEndAsync(stream);
    }

    public async Task SendDatagramAsync(byte[] data, int listener = 0)
    {
        using var client = new UdpClient();
        await client.SendAsync(data, new IPEndPoint(IPAddress.Loopback, PortOf(listener)));
    }

    public Task SendDatagramAsync(string text, int listener = 0) => SendDatagramAsync(Encoding.UTF8.GetBytes(text), listener);

    /// <summary>Completes when the other side has closed the connection.</summary>
    public static async Task ReadToEndAsync(Stream stream)
    {
        byte[] buffer = new byte[64];
        try
        {
            while (await stream.ReadAsync(buffer) > 0)
            {
                // The component never answers, but TLS does.
            }
        }
        catch (IOException)
        {
            // Closed while something that it did not read was on its way.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Component.DisposeAsync();
        _stop.Dispose();
        Context.Dispose();
    }

    private static Sdk.Patterns.Pattern Pattern(string text) => Sdk.Patterns.Pattern.Parse(text, Sdk.Patterns.PatternOptions.Anchored);
}
