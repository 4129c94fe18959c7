namespace Agent.EndToEnd.Torture.Metrics;

/// <summary>What a run is made of: clients, an agent that takes their samples and sends them on, a sink.</summary>
internal sealed class MetricsTortureSetup : IAsyncDisposable
{
    private readonly Workspace _workspace = new();
    private readonly int _port = FreePort.Next();

    private MetricsTortureSetup(MetricsSink sink)
    {
        Sink = sink;
        Source = new SampleSource(new Uri($"http://127.0.0.1:{_port}/api/v1/metrics/write"));
        Lives = new AgentLives(_workspace, _ => Configuration(), "prometheus_remote_storage_samples_dropped_total");
    }

    public MetricsSink Sink { get; }

    public SampleSource Source { get; }

    public AgentLives Lives { get; }

    public static async Task<MetricsTortureSetup> StartAsync() => new(await MetricsSink.StartAsync());

    /// <summary>Leaves the work folder where it is.</summary>
    /// <returns>Where that is.</returns>
    public string Keep()
    {
        _workspace.IsKept = true;
        return _workspace.PathOf("");
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        await Lives.DisposeAsync();
        await Sink.DisposeAsync();
        _workspace.Dispose();
    }

    private string Configuration() => $$"""
        prometheus.receive_http "clients" {
            http {
                listen_address = "127.0.0.1"
                listen_port    = {{_port}}
            }
            forward_to = [prometheus.relabel.keep.receiver]
        }

        prometheus.relabel "keep" {
            rule {
                target_label = "relabeled"
                replacement  = "yes"
            }
            forward_to = [prometheus.remote_write.sink.receiver]
        }

        prometheus.remote_write "sink" {
            endpoint {
                url = "{{Sink.Url}}"

                queue_config {
                    max_backoff = "1s"
                }
            }
        }
        """;
}
