using Agent.Testing;

namespace Agent.EndToEnd.Prometheus;

/// <summary>Ends of the agent, asked for and not, while it sends metrics to a real Prometheus.</summary>
public sealed class RemoteWriteRestartTests : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private readonly Workspace _workspace = new();
    private int _last;

    public void Dispose() => _workspace.Dispose();

    [PeerFact(Peer.Prometheus)]
    public async Task A_restart_loses_nothing_and_kill_9_at_most_the_scrape_under_way()
    {
        await using PrometheusServer server = await PrometheusServer.StartAsync();
        await using MetricsPage page = await MetricsPage.StartAsync(_ => $"served_total {Interlocked.Increment(ref _last)}\n");
        _workspace.Configure(MetricPipelines.From(page) + MetricPipelines.To(server));
        List<TimeSpan> downtimes = [];
        int atRisk = await LiveAsync(server, downtimes);

        IReadOnlyList<(double Time, double Value)> stored = Assert.Single(await server.QueryAsync("served_total[10m]")).Values;
        IReadOnlyList<(double Time, double Value)> up = Assert.Single(await server.QueryAsync("up[10m]")).Values;
        // Each scrape leaves its mark, and its value unless the target was too slow for it.
        Assert.True(up.Count >= _last - atRisk, $"{up.Count} of {_last} scrapes arrived, and {atRisk} were at risk");
        Assert.Equal(up.Count(static sample => sample.Value > 0), stored.Count);
        Assert.Equal(stored.Select(static sample => sample.Value).Distinct().Order(), stored.Select(static sample => sample.Value));
        AssertGaps(up, downtimes);
        await server.AssertTookEverythingAsync();
    }

    /// <summary>Five lives of the agent, of which two end in a crash.</summary>
    /// <returns>How many scrapes began after all others had arrived: by design one before a crash, mostly none before a stop.</returns>
    private async Task<int> LiveAsync(PrometheusServer server, List<TimeSpan> downtimes)
    {
        int atRisk = 0;
        RunningAgent agent = await RunningAgent.StartAsync(_workspace);
        try
        {
            foreach (bool isCrash in (bool[])[false, true, false, true])
            {
                int arrived = await ArrivedAsync(server, 3);
                long ended = TimeProvider.System.GetTimestamp();
                if (isCrash)
                {
                    // In the middle of a scrape.
                    await Eventually.TrueAsync(() => _last > arrived, () => $"no scrape after the {arrived}th");
                    agent.Crash();
                }
                else
                {
                    Assert.Equal(0, await agent.StopAsync());
                }
                atRisk += _last - arrived;
                await agent.DisposeAsync();
                agent = await RunningAgent.StartAsync(_workspace);
                downtimes.Add(TimeProvider.System.GetElapsedTime(ended));
            }
            int before = await ArrivedAsync(server, 3);
            Assert.Equal(0, await agent.MetricAsync("prometheus_remote_storage_samples_failed_total"));
            Assert.Equal(0, await agent.MetricAsync("prometheus_remote_storage_samples_dropped_total"));
            Assert.Equal(0, await agent.StopAsync());
            return atRisk + _last - before;
        }
        finally
        {
            await agent.DisposeAsync();
        }
    }

    /// <summary>Waits until as many more scrapes have arrived, the last of them just now; how many there are then.</summary>
    private async Task<int> ArrivedAsync(PrometheusServer server, int more)
    {
        int wanted = _last + more;
        double last = 0;
        await Eventually.TrueAsync(
            async () => await server.ValueAsync("served_total") is { } value && (last = value) >= wanted && value.Equals(_last), () => $"{_last} scrapes, {wanted} are wanted");
        return (int)last;
    }

    /// <summary>
    /// A target has its time within each interval, before a restart and after: two neighbours are apart by one interval, and where the agent
    /// was down by that and by at most an interval more. A scrape that was lost, or missed on a busy machine, adds another.
    /// </summary>
    private static void AssertGaps(IReadOnlyList<(double Time, double Value)> scrapes, List<TimeSpan> downtimes)
    {
        double[] gaps = [.. scrapes.Zip(scrapes.Skip(1), static (one, next) => next.Time - one.Time).OrderDescending()];
        TimeSpan[] down = [.. downtimes.OrderDescending()];
        for (int i = 0; i < gaps.Length; i++)
        {
            double limit = ((i < down.Length ? down[i] : TimeSpan.Zero) + (3 * Interval)).TotalSeconds;
            Assert.True(gaps[i] <= limit, $"gap of {gaps[i]} s, where at most {limit} s are right, in {string.Join(' ', scrapes)}");
        }
    }
}
