using System.Globalization;

namespace Agent.EndToEnd.Torture;

/// <summary>What a run is made of: logs that grow, an agent, two sinks.</summary>
internal sealed class TortureSetup : IAsyncDisposable
{
    private const double ShareInParts = 0.05;

    /// <summary>What an outage may leave behind before a rotated file is no more readable as it was.</summary>
    private static readonly TimeSpan CatchUp = TimeSpan.FromSeconds(20);
    private readonly Workspace _workspace = new();

    private TortureSetup(TortureOptions options, CountingSink[] sinks)
    {
        Sinks = sinks;
        Logs = new KubeletLogs(
            _workspace.PathOf("logs"), options.Faults.Contains("rotate") ? options.Outage + CatchUp : null,
            options.Faults.Contains("parts") ? ShareInParts : 0, options.Seed);
        Volume = options.Faults.Contains("disk") ? QueueVolume.TryMount(QueueFolder) : null;
        Lives = new AgentLives(_workspace, Configuration, "loki_write_dropped_entries_total");
    }

    public CountingSink[] Sinks { get; }

    public KubeletLogs Logs { get; }

    public AgentLives Lives { get; }

    /// <summary>Null where there is none of its own for the queue.</summary>
    public QueueVolume? Volume { get; }

    public string PositionsFile => Path.Combine(_workspace.Storage, "loki.source.file.logs", "positions");

    private string QueueFolder => Path.Combine(_workspace.Storage, "loki.write.sink", "queue");

    public static async Task<TortureSetup> StartAsync(TortureOptions options) =>
        new(options, [await CountingSink.StartAsync(), await CountingSink.StartAsync()]);

    /// <summary>Leaves the work folder where it is.</summary>
    /// <returns>Where that is.</returns>
    public string Keep()
    {
        _workspace.IsKept = true;
        Volume?.CopyTo(_workspace.PathOf("queue"));
        return _workspace.PathOf("");
    }

    public async ValueTask DisposeAsync()
    {
        await Lives.DisposeAsync();
        await Logs.DisposeAsync();
        foreach (CountingSink sink in Sinks)
        {
            await sink.DisposeAsync();
        }
        Volume?.Dispose();
        _workspace.Dispose();
    }

    /// <summary>Versions differ in a label alone.</summary>
    private string Configuration(int version) => $$"""
        local.file_match "logs" {
            path_targets = [{__path__ = "LOGS/*/*/0.log", job = "torture"}]
        }

        loki.source.file "logs" {
            targets    = local.file_match.logs.targets
            forward_to = [loki.process.pods.receiver]
        }

        loki.process "pods" {
            stage.cri { }

            stage.regex {
                source     = "filename"
                expression = "/(?P<namespace>[^/_]+)_(?P<pod>[^/_]+)_[^/_]+/(?P<container>[^/]+)/[^/]+$"
            }

            stage.labels {
                values = {namespace = "", pod = "", container = ""}
            }

            stage.static_labels {
                values = {version = "{{version.ToString(CultureInfo.InvariantCulture)}}"}
            }
            forward_to = [loki.write.sink.receiver]
        }

        loki.write "sink" {
        {{string.Join('\n', Sinks.Select(Endpoint))}}
        }
        """;

    private static string Endpoint(CountingSink sink) => $$"""
            endpoint {
                url                = "{{sink.Url}}"
                batch_wait         = "500ms"
                max_backoff_period = "5s"
            }
        """;
}
