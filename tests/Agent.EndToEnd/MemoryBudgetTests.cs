using System.Globalization;
using System.Text;
using Agent.Testing;

namespace Agent.EndToEnd;

/// <summary>A backlog that is read faster than a sink takes it, with far less memory than that would fill.</summary>
public sealed class MemoryBudgetTests : IDisposable
{
    private const long MiB = 1 << 20;
    private const int Files = 8;
    private const int LinesPerFile = 50_000;

    /// <summary>What comes in between two looks, and buffers that double meanwhile.</summary>
    private const long Slack = 20 * MiB;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);
    private readonly Workspace _workspace = new();
    private readonly int[,] _arrivals = new int[Files, LinesPerFile];
    private int _arrived;

    public void Dispose() => _workspace.Dispose();

    [NativeFact]
    public async Task A_backlog_for_a_slow_sink_stays_within_the_budget_is_scraped_meanwhile_and_arrives_whole()
    {
        const long Budget = 50 * MiB;
        await using LokiSink sink = await StartSinkAsync();
        WriteBacklog();
        Configure(sink);
        await using RunningAgent agent = await RunningAgent.StartAsync(new AgentStart(_workspace.Configuration)
        {
            Storage = _workspace.Storage,
            Environment = static variables => variables["GOMEMLIMIT"] = "50MiB",
        });

        long peak = await PeakUntilArrivedAsync(agent, sink);

        AssertOnceEach();
        Assert.Equal(Budget, await agent.MetricAsync("invar_memory_budget_bytes"));
        Assert.True(await agent.MetricAsync("invar_memory_paused_seconds_total") > 0, $"reading never paused; the peak is {peak / MiB} MiB");
        Assert.InRange(peak, 0, Budget + Slack);
        await agent.LineAsync("level=warn", "reading pauses");
        Assert.Equal(0, await agent.MetricAsync("prometheus_scrape_targets_down"));
        Assert.Equal(0, await agent.MetricAsync("loki_write_dropped_entries_total"));
    }

    [CgroupFact]
    public async Task The_limit_of_a_cgroup_does_not_kill_it()
    {
        await using LokiSink sink = await StartSinkAsync();
        WriteBacklog();
        Configure(sink);
        await using RunningAgent agent = await RunningAgent.StartAsync(new AgentStart(_workspace.Configuration)
        {
            Storage = _workspace.Storage,
            Wrapper = CgroupFactAttribute.Command("96M"),
        });

        await PeakUntilArrivedAsync(agent, sink);

        AssertOnceEach();
        Assert.Equal(Math.Floor(96 * MiB * 0.9), await agent.MetricAsync("invar_memory_budget_bytes"));
        Assert.True(agent.IsRunning);
    }

    private async Task<LokiSink> StartSinkAsync()
    {
        LokiSink sink = await LokiSink.StartAsync();
        sink.Latency = TimeSpan.FromMilliseconds(300);
        sink.Taken = Take;
        return sink;
    }

    /// <summary>Some 125 MiB.</summary>
    private void WriteBacklog()
    {
        var random = new Random(7);
        for (int file = 0; file < Files; file++)
        {
            using var writer = new StreamWriter(_workspace.LogPath($"{file}.log"), append: false, Encoding.ASCII, 1 << 16);
            for (int number = 0; number < LinesPerFile; number++)
            {
                writer.Write(string.Create(CultureInfo.InvariantCulture, $"{file} {number:D8} took {random.NextDouble()} s {new string('x', 280)}\n"));
            }
        }
    }

    private void Configure(LokiSink sink) => _workspace.Configure(Pipelines.Files + $$"""
        loki.write "sink" {
            endpoint {
                url        = "{{sink.Url}}"
                batch_wait = "5s"
                batch_size = "4MiB"

                queue_config {
                    min_shards = 4
                }
            }
        }

        prometheus.exporter.self "agent" { }

        prometheus.scrape "agent" {
            targets         = prometheus.exporter.self.agent.targets
            forward_to      = []
            scrape_interval = "1s"
            scrape_timeout  = "1s"
        }

        """);

    private void Take(ReadOnlySpan<byte> line)
    {
        int file = line[0] - '0';
        int number = int.Parse(line.Slice(2, 8), CultureInfo.InvariantCulture);
        Interlocked.Increment(ref _arrivals[file, number]);
        Interlocked.Increment(ref _arrived);
    }

    private async Task<long> PeakUntilArrivedAsync(RunningAgent agent, LokiSink sink)
    {
        long peak = 0;
        await Eventually.TrueAsync(
            () =>
            {
                peak = Math.Max(peak, agent.AnonymousMemory());
                return Volatile.Read(ref _arrived) >= Files * LinesPerFile;
            },
            () => $"{_arrived} of {Files * LinesPerFile} lines came, in {sink.Requests} requests; the peak is {peak / MiB} MiB",
            Patience);
        sink.AssertCorrectRequests();
        return peak;
    }

    private void AssertOnceEach() => Assert.Equal(0, _arrivals.Cast<int>().Count(static times => times != 1));
}
