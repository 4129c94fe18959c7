using System.Net;

namespace Agent.EndToEnd;

/// <summary>Endpoints that are not there, refuse, or come back.</summary>
public sealed class BadEndpointTests : IDisposable
{
    private const long MemoryLimit = 100L * 1024 * 1024;
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [NativeFact]
    public async Task An_endpoint_that_is_not_there_makes_its_component_unhealthy_while_others_run_and_gets_everything_once_it_is()
    {
        await using LokiSink down = LokiSink.Down();
        await using LokiSink up = await LokiSink.StartAsync();
        _workspace.Configure(
            Pipelines.Files.Replace("loki.write.sink.receiver", "loki.write.sink.receiver, loki.write.other.receiver", StringComparison.Ordinal)
            + Pipelines.To(down)
            + Pipelines.To(up).Replace("\"sink\"", "\"other\"", StringComparison.Ordinal));
        await using var numbers = new Sequence(_workspace.LogPath("a.log"), "a");
        numbers.Append(1000);
        await using RunningAgent agent = await RunningAgent.StartAsync(_workspace);

        await numbers.ArrivedAsync(up);
        await agent.HealthIsAsync("loki.write.sink", "unhealthy: cannot send to 127.0.0.1");
        await agent.MetricIsAsync(static retries => retries >= 2, "loki_write_batch_retries_total");
        Assert.Contains("unhealthy components: loki.write", await agent.GetAsync("/-/healthy"), StringComparison.Ordinal);
        Assert.StartsWith("healthy: ", await agent.HealthAsync("loki.write.other"), StringComparison.Ordinal);

        await down.ListenAsync();
        await numbers.ArrivedAsync(down);
        await agent.HealthIsAsync("loki.write.sink", "healthy: ");
        Assert.Equal("All Alloy components are healthy.", (await agent.GetAsync("/-/healthy")).Trim());
        numbers.AssertOnceEach(up);
        numbers.AssertOnceEach(down);
    }

    [NativeTheory]
    [InlineData(HttpStatusCode.ServiceUnavailable)]
    [InlineData(HttpStatusCode.TooManyRequests)]
    public async Task Answers_that_may_pass_lose_and_double_nothing(HttpStatusCode refusal)
    {
        await using LokiSink sink = await LokiSink.StartAsync();
        sink.Answer = request => request % 3 == 0 ? 204 : (int)refusal;
        _workspace.Configure(Pipelines.Files + Pipelines.To(sink, "batch_size = \"16KiB\""));
        await using var numbers = new Sequence(_workspace.LogPath("a.log"), "a");
        numbers.Append(2000);
        await using RunningAgent agent = await RunningAgent.StartAsync(_workspace);

        await numbers.ArrivedAsync(sink);

        numbers.AssertOnceEach(sink);
    }

    [NativeFact]
    public async Task A_full_queue_holds_the_source_back_with_little_memory_until_the_endpoint_is_there()
    {
        await using LokiSink sink = LokiSink.Down();
        string write = Pipelines.To(sink, "batch_size = \"64KiB\" \n queue_config { \n capacity = \"256KiB\" \n }");
        _workspace.Configure(Pipelines.Files
            + write.Replace("loki.write \"sink\" {", "loki.write \"sink\" {\n wal { \n max_size = \"256KiB\" \n }", StringComparison.Ordinal));
        await using var numbers = new Sequence(_workspace.LogPath("a.log"), "a");
        // 25 MB: fifty times what the queue holds in memory and on disk, compressed some ten times.
        numbers.Append(500_000);
        await using RunningAgent agent = await RunningAgent.StartAsync(_workspace);

        await agent.MetricIsAsync(static retries => retries >= 5, "loki_write_batch_retries_total");
        double read = (await agent.MetricAsync("loki_source_file_read_lines_total"))!.Value;
        Assert.InRange(read, 1, numbers.Written / 2);
        await agent.MetricIsAsync(static retries => retries >= 10, "loki_write_batch_retries_total");
        Assert.Equal(read, await agent.MetricAsync("loki_source_file_read_lines_total"));

        await sink.ListenAsync();
        await numbers.ArrivedAsync(sink);
        numbers.AssertOnceEach(sink);
        Assert.Equal(0, await agent.MetricAsync("loki_write_dropped_entries_total"));
        Assert.InRange(agent.PeakMemory(), 0, MemoryLimit);
    }

    [NativeFact]
    public async Task A_dead_endpoint_delays_no_reload_and_gives_what_waits_to_its_successor()
    {
        await using LokiSink down = LokiSink.Down();
        await using LokiSink up = await LokiSink.StartAsync();
        string named = "name = \"sink\"\nqueue_config { \n capacity = \"64KiB\" \n }";
        _workspace.Configure(Pipelines.Files + Pipelines.To(down, named));
        await using var numbers = new Sequence(_workspace.LogPath("a.log"), "a");
        numbers.Append(50_000);
        await using RunningAgent agent = await RunningAgent.StartAsync(_workspace);
        await agent.MetricIsAsync(static retries => retries >= 2, "loki_write_batch_retries_total");

        _workspace.Configure(Pipelines.Files + Pipelines.To(up, named));
        long started = TimeProvider.System.GetTimestamp();
        Assert.Equal(HttpStatusCode.OK, (await agent.ReloadAsync()).Status);

        Assert.InRange(TimeProvider.System.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(5));
        await numbers.ArrivedAsync(up);
        numbers.AssertOnceEach(up);
    }

    [NativeFact]
    public async Task A_stop_with_a_dead_endpoint_ends_in_time_and_the_next_start_sends_everything()
    {
        await using LokiSink sink = LokiSink.Down();
        _workspace.Configure(Pipelines.Files + Pipelines.To(sink, "queue_config { \n drain_timeout = \"1s\" \n }"));
        await using var numbers = new Sequence(_workspace.LogPath("a.log"), "a");
        numbers.Append(1000);
        await using (RunningAgent first = await RunningAgent.StartAsync(_workspace))
        {
            await first.MetricIsAsync(static retries => retries >= 1, "loki_write_batch_retries_total");
            Assert.Equal(0, await first.StopAsync());
        }

        await sink.ListenAsync();
        await using RunningAgent second = await RunningAgent.StartAsync(_workspace);
        await numbers.ArrivedAsync(sink);
        numbers.AssertOnceEach(sink);
    }
}
