using System.Diagnostics;
using Agent.Testing;

namespace Agent.EndToEnd.Prometheus;

/// <summary>A node_exporter on a free port, with some collectors and no others.</summary>
internal sealed class NodeExporter : IAsyncDisposable
{
    /// <summary>The defaults of prometheus.exporter.unix, where Debian's package or node_exporter itself has others.</summary>
    private static readonly string[] Defaults =
    [
        "--no-collector.cpu.guest", "--collector.netdev.device-exclude=",
        "--collector.filesystem.mount-points-exclude=^/(dev|proc|run/credentials/.+|sys|var/lib/docker/.+)($|/)",
    ];

    private readonly HttpClient _client = new();
    private readonly Uri _address = new($"http://127.0.0.1:{FreePort.Next()}/metrics");
    private readonly Process _process;

    private NodeExporter(IEnumerable<string> collectors) => _process = Peer.Start(
        Peer.NodeExporter,
        [
            $"--web.listen-address={_address.Authority}", "--web.disable-exporter-metrics", "--collector.disable-defaults",
            .. collectors.Select(static name => $"--collector.{name}"), .. Defaults,
        ],
        static _ => { });

    public static async Task<NodeExporter> StartAsync(IEnumerable<string> collectors)
    {
        var exporter = new NodeExporter(collectors);
        await Eventually.TrueAsync(exporter.AnswersAsync, static () => "node_exporter does not answer");
        return exporter;
    }

    public async Task<ExposedMetrics> ReadAsync() => ExposedMetrics.Parse(await _client.GetStringAsync(_address));

    public ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }
        _process.Dispose();
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    private async ValueTask<bool> AnswersAsync()
    {
        try
        {
            using HttpResponseMessage answer = await _client.GetAsync(_address);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            // Not listening yet.
            return false;
        }
    }
}
