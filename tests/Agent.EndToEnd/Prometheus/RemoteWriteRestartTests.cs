using System.Collections.Concurrent;

namespace Agent.EndToEnd.Prometheus;

/// <summary>Ends of the agent, asked for and not, while it sends metrics to a real Prometheus.</summary>
public sealed class RemoteWriteRestartTests : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private readonly Workspace _workspace = new();
    private readonly ConcurrentQueue<double> _served = new();
    private int _last;

    public void Dispose() => _workspace.Dispose();

    [PeerFact(Peer.Prometheus)]
    public async Task A_restart_loses_nothing_and_kill_9_at_most_the_scrape_under_way()
    {
        await using PrometheusServer server = await PrometheusServer.StartAsync();
        await using MetricsPage page = await MetricsPage.StartAsync(_ => $"served_total {Serve()}\n");
        _workspace.Configure(MetricPipelines.From(page) + MetricPipelines.To(server));
        List<double> atRisk = [];
        List<TimeSpan> downtimes = [];
        RunningAgent agent = await RunningAgent.StartAsync(_workspace);
        foreach (bool isCrash in (bool[])[false, true, false, true])
        {
            await ArrivedAsync(server, 3);
            long ended = TimeProvider.System.GetTimestamp();
            if (isCrash)
            {
                // In the middle of a scrape.
                int before = _last;
                await Eventually.TrueAsync(() => _last > before, () => $"no scrape after the {before}th");
                agent.Crash();
                atRisk.Add(_last);
            }
            else
            {
                Assert.Equal(0, await agent.StopAsync());
            }
            await agent.DisposeAsync();
            agent = await RunningAgent.StartAsync(_workspace);
            downtimes.Add(TimeProvider.System.GetElapsedTime(ended));
        }
        await ArrivedAsync(server, 3);
        Assert.Equal(0, await agent.MetricAsync("prometheus_remote_storage_samples_failed_total"));
        Assert.Equal(0, await agent.MetricAsync("prometheus_remote_storage_samples_dropped_total"));
        Assert.Equal(0, await agent.StopAsync());
        await agent.DisposeAsync();

        IReadOnlyList<(double Time, double Value)> stored = Assert.Single(await server.QueryAsync("served_total[10m]")).Values;
        Assert.Equal([], _served.Except(stored.Select(static sample => sample.Value)).Except(atRisk));
        Assert.Equal(stored.Select(static sample => sample.Value).Order(), stored.Select(static sample => sample.Value));
        AssertGaps(stored, downtimes);
        await server.AssertTookEverythingAsync();
    }

    private int Serve()
    {
        int number = Interlocked.Increment(ref _last);
        _served.Enqueue(number);
        return number;
    }

    /// <summary>Waits until as many more scrapes have arrived, the last of them just now.</summary>
    private async Task ArrivedAsync(PrometheusServer server, int more)
    {
        int wanted = _last + more;
        await Eventually.TrueAsync(
            async () => await server.ValueAsync("served_total") is { } value && value >= wanted && value.Equals(_last), () => $"{_last} scrapes, {wanted} are wanted");
    }

    /// <summary>
    /// A target has its time within each interval, before a restart and after: two neighbours are apart by one interval, and where the agent
    /// was down by that and by at most an interval more, and by yet another where one scrape was lost.
    /// </summary>
    private static void AssertGaps(IReadOnlyList<(double Time, double Value)> stored, List<TimeSpan> downtimes)
    {
        double[] gaps = [.. stored.Zip(stored.Skip(1), static (one, next) => next.Time - one.Time).OrderDescending()];
        double[] limits = [.. downtimes.Select(static time => (time + (3 * Interval)).TotalSeconds).OrderDescending()];
        string all = string.Join(' ', stored.Select(static sample => $"{sample.Value}@{sample.Time}"));
        for (int i = 0; i < limits.Length; i++)
        {
            Assert.True(gaps[i] <= limits[i], $"gap of {gaps[i]} s, where at most {limits[i]} s are right, in {all}");
        }
        Assert.True(gaps[limits.Length] < 2 * Interval.TotalSeconds, $"gap of {gaps[limits.Length]} s while the agent was up, in {all}");
    }
}
