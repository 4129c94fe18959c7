using Agent.EndToEnd.Kubernetes;
using Agent.EndToEnd.Prometheus;

namespace Agent.EndToEnd.Web;

/// <summary>The agent of a production DaemonSet on a node of a cluster, with real sinks, and a browser: shared by the tests of its views.</summary>
public sealed class ConveyorUi : IAsyncLifetime, IAsyncDisposable
{
    public const string Node = "node-a";
    private readonly Workspace _workspace = new();
    private readonly Chromium _browser = new();
    private LoopbackCluster? _cluster;
    private PrometheusServer? _mimir;
    private LokiSink? _loki;
    private RunningAgent? _agent;

    /// <summary>Why it cannot run here; null where it can.</summary>
    public static string? Lack { get; } = new ClusterFactAttribute(ConveyorNode.Seed, Peer.Prometheus).Skip ?? Chromium.Lack;

    public async Task InitializeAsync()
    {
        if (Lack is not null)
        {
            return;
        }
        await _browser.InitializeAsync();
        _cluster = await LoopbackCluster.StartAsync();
        _cluster.Api.Logs = ConveyorNode.WriteLogAsync;
        _mimir = await PrometheusServer.StartAsync();
        _loki = await LokiSink.StartAsync();
        ConveyorNode.Configure(_workspace, "\nlivedebugging {\n\tenabled = true\n}\n");
        _agent = await new ConveyorNode(_workspace, _cluster, _mimir, _loki).StartAsync(Node);
    }

    internal Task<Screen> OpenAsync(string path) => _browser.OpenAsync(_agent!, path);

    /// <summary>Adds a request to the audit log of the node.</summary>
    public void Audit(string user) => File.AppendAllText(ConveyorNode.AuditLog(_workspace, Node), $$$"""
        {"level":"Metadata","verb":"get","user":{"username":"{{{user}}}"},"objectRef":{"resource":"pods","namespace":"shop"},"responseStatus":{"code":200}}

        """);

    public async Task DisposeAsync()
    {
        await _browser.DisposeAsync();
        foreach (IAsyncDisposable? part in (IAsyncDisposable?[])[_agent, _loki, _mimir, _cluster])
        {
            if (part is not null)
            {
                await part.DisposeAsync();
            }
        }
        _workspace.Dispose();
    }

    async ValueTask IAsyncDisposable.DisposeAsync() => await DisposeAsync();
}
