using Agent.Runtime;
using Agent.Runtime.Configuration;
using Agent.Runtime.Graph;
using Agent.Runtime.StandardLibrary;
using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Metrics;
using Agent.Syntax.Values;
using Agent.Telemetry;
using Agent.Telemetry.Metrics;
using Agent.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Agent.Components.Tests.Prometheus.ExporterUnix;

/// <summary>Takes metrics, and shows the last sample of each series.</summary>
/// <example>test.receiver "x" { }</example>
[Component("test.receiver")]
public sealed class TestReceiver : IComponent<TestReceiver.Arguments>, IMetricConsumer, IDebuggable
{
    private volatile Dictionary<string, Value> _seen = [];

    public TestReceiver(ComponentContext context) => context.Export(new Exports(this));

    public sealed record Arguments;

    /// <param name="Receiver">Takes metrics.</param>
    public sealed record Exports(IMetricConsumer Receiver);

    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop) => ValueTask.CompletedTask;

    public Task RunAsync(CancellationToken stop) => Task.CompletedTask;

    public ValueTask ConsumeAsync(MetricBatch batch, CancellationToken stop)
    {
        var seen = new Dictionary<string, Value>(_seen);
        for (int i = 0; i < batch.Count; i++)
        {
            LabelSet labels = batch.Series[i].Labels;
            seen[$"{labels["job"]} {labels["__name__"]}{labels["device"]}"] = Value.Of(batch.Values[i]);
        }
        _seen = seen;
        return ValueTask.CompletedTask;
    }

    public Value DebugState() => new MapValue(_seen);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

public sealed class UnixPipelineTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly AgentRuntime _runtime;

    public UnixPipelineTests()
    {
        var library = new StandardLibraryScope(new StandardLibraryOptions());
        ComponentCatalog all = new([.. Agent.Components.GeneratedCatalog.Components, .. GeneratedCatalog.Components], []);
        var services = new GraphServices
        {
            Catalog = new BlockCatalog(all, []),
            Metrics = new MetricRegistry(),
            Logging = NullLoggerFactory.Instance,
            Time = _time,
            Globals = library,
            StoragePath = Path.GetTempPath(),
            Local = new Sdk.Http.LocalHttp("invar.internal:1"),
        };
        _runtime = new AgentRuntime(services, library, Stability.Experimental);
    }

    [Fact]
    public async Task The_host_is_scraped_relabelled_and_received()
    {
        await LoadAsync("set_collectors = [\"loadavg\", \"netdev\"]");
        await ScrapedAsync("integrations/unix node_load1");
        await ScrapedAsync("integrations/unix up");
        await ScrapedAsync("integrations/unix node_network_receive_bytes_totallo");

        Assert.Equal(1, Number("integrations/unix up"));
        Assert.True(Number("integrations/unix node_network_receive_bytes_totallo") >= 0);
        Assert.Equal("prometheus.exporter.unix.host", Label("__meta_component_id"));

        await LoadAsync("set_collectors = [\"uname\"]");
        await ScrapedAsync("integrations/unix node_uname_info");

        await _time.AdvanceUntilAsync(TimeSpan.FromSeconds(1), () => StaleMarker.Is(Number("integrations/unix node_load1")), "a series that is gone is marked as ended");
    }

    [Fact]
    public async Task A_page_goes_with_its_component()
    {
        await LoadAsync("set_collectors = [\"loadavg\"]");
        Assert.Equal(200, await StatusAsync());

        LoadResult result = await _runtime.LoadAsync(diagnostics => ConfigurationSource.Parse("test.alloy", "", diagnostics));

        Assert.True(result.Success);
        Assert.Equal(404, await StatusAsync());
    }

    [Fact]
    public async Task A_load_that_is_refused_serves_nothing()
    {
        LoadResult result = await _runtime.LoadAsync(diagnostics => ConfigurationSource.Parse(
            "test.alloy", "prometheus.exporter.unix \"host\" { }\nno.such \"x\" { }", diagnostics));

        Assert.False(result.Success);
        Assert.Equal(404, await StatusAsync());
    }

    public async ValueTask DisposeAsync() => await _runtime.DisposeAsync();

    private async Task<int> StatusAsync()
    {
        using var body = new Wire.GrowableBuffer();
        var reply = new Sdk.Http.LocalReply(body);
        await _runtime.Local.HandleAsync(
            new Sdk.Http.LocalRequest { Path = "/api/v0/component/prometheus.exporter.unix.host/metrics" }, reply, CancellationToken.None);
        return reply.Status;
    }

    private async Task LoadAsync(string options)
    {
        LoadResult result = await _runtime.LoadAsync(diagnostics => ConfigurationSource.Parse(
            "test.alloy",
            $$"""
            prometheus.exporter.unix "host" {
              {{options}}
            }

            discovery.relabel "host" {
              targets = prometheus.exporter.unix.host.targets
            }

            prometheus.scrape "host" {
              targets         = discovery.relabel.host.output
              scrape_interval = "15s"
              forward_to      = [test.receiver.all.receiver]
            }

            test.receiver "all" { }
            """,
            diagnostics));
        Assert.True(result.Success, result.ErrorText);
    }

    private Task ScrapedAsync(string sample) => _time.AdvanceUntilAsync(TimeSpan.FromSeconds(1), () => Seen().Keys.Contains(sample), $"{sample} is scraped");

    private ObjectValue Seen() => (ObjectValue)_runtime.Graph.Nodes.Single(static node => node.Id == "test.receiver.all").DebugState!;

    private double Number(string sample) => ((NumberValue)Seen()[sample]).AsDouble;

    private string Label(string name) => ((StringValue)((ObjectValue)((ArrayValue)_runtime.Graph.Nodes
        .Single(static node => node.Id == "prometheus.exporter.unix.host").Exports!["targets"])[0])[name]).Text;
}
