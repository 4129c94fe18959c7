using System.Globalization;
using Agent.Testing;
using Xunit.Abstractions;

namespace Agent.EndToEnd.Torture.Metrics;

/// <summary>
/// An agent that takes samples, sends them to an endpoint that is gone half of the time, and is killed again and again: with every
/// acknowledged sample accounted for. Longer, or with a seed: see <see cref="MetricsTortureOptions"/> and CONTRIBUTING.md.
/// </summary>
[Collection(TortureCollection.Name)]
public sealed class MetricsTortureTests(ITestOutputHelper output)
{
    private const int OrderlyEvery = 4;
    private static readonly SinkMode[] Failures = [SinkMode.Down, SinkMode.Down, SinkMode.Unavailable, SinkMode.Hang, SinkMode.Reset, SinkMode.TooManyRequests];
    private static readonly TimeSpan ShortestFailure = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestFailure = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan LongestGone = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan CatchUp = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private readonly List<string> _report = [];

    [NativeFact]
    public async Task Kills_and_outages_lose_no_acknowledged_sample_and_repeat_at_most_a_batch_each()
    {
        var options = MetricsTortureOptions.Read();
        Say($"metrics: seed {options.Seed}, {options.Length.TotalSeconds} s, {SampleSource.Rate} samples/s, a kill every {options.Life.TotalSeconds} s");
        await using MetricsTortureSetup setup = await MetricsTortureSetup.StartAsync();
        bool isWell = false;
        try
        {
            await setup.Lives.StartAsync();
            setup.Source.Start();
            await BreakAsync(options, setup);
            await setup.Source.StopAsync(CatchUp);
            await CatchUpAsync(setup);
            await SayDiskAsync(setup.Lives);
            await setup.Lives.StopAsync();
            List<string> wrong = Judge(setup);
            Assert.True(wrong.Count == 0, string.Join('\n', wrong));
            isWell = true;
        }
        finally
        {
            if (!isWell)
            {
                Say($"failed with seed {options.Seed}; the work folder, with agent.log, is kept: {setup.Keep()}; the agent's last lines:");
                setup.Lives.LastLines().ToList().ForEach(Say);
            }
            string location = Repository.PathOf("artifacts/torture-metrics.txt");
            Directory.CreateDirectory(Path.GetDirectoryName(location)!);
            await File.WriteAllLinesAsync(location, _report);
        }
    }

    private static async Task BreakAsync(MetricsTortureOptions options, MetricsTortureSetup setup)
    {
        using var end = new CancellationTokenSource(options.Length);
        Task outages = FailAsync(new Random(options.Seed), setup.Sink, end.Token);
        var random = new Random(options.Seed + 1);
        while (!end.IsCancellationRequested)
        {
            // Not in step with the outages, nor with the blocks.
            TimeSpan life = options.Life * (0.75 + (random.NextDouble() / 2));
            await Task.Delay(life, TimeProvider.System, end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            setup.Lives.Check();
            if (!end.IsCancellationRequested)
            {
                // What comes while it stops is acknowledged as well.
                bool isOrderly = setup.Lives.Starts % OrderlyEvery == 0;
                await (isOrderly ? setup.Lives.StopAsync() : setup.Lives.KillAsync());
                await Task.Delay(LongestGone * random.NextDouble(), TimeProvider.System, CancellationToken.None);
                await setup.Lives.StartAsync();
            }
        }
        await outages;
    }

    /// <summary>Gone for as long as it is there.</summary>
    private static async Task FailAsync(Random random, MetricsSink sink, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            TimeSpan length = ShortestFailure + ((LongestFailure - ShortestFailure) * random.NextDouble());
            await sink.FailAsync(Failures[random.Next(Failures.Length)], length, end);
            await Task.Delay(length, TimeProvider.System, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Waits until the sink has everything that was acknowledged, for a limited time.</summary>
    private async Task CatchUpAsync(MetricsTortureSetup setup)
    {
        long started = TimeProvider.System.GetTimestamp();
        TimeSpan took = TimeSpan.Zero;
        while (took < CatchUp && setup.Sink.Read(static ledger => ledger.Known) < setup.Source.AcknowledgedSamples)
        {
            await Task.Delay(Pause, TimeProvider.System, CancellationToken.None);
            took = TimeProvider.System.GetElapsedTime(started);
            setup.Lives.Check();
        }
        Say($"waited {took.TotalSeconds:F1} s for the rest");
    }

    /// <summary>What the last agent wrote, for each sample that it took.</summary>
    private async Task SayDiskAsync(AgentLives lives)
    {
        double samples = await lives.MetricAsync("prometheus_remote_storage_samples_in_total");
        double open = await lives.MetricAsync("prometheus_remote_write_open_block_bytes_total");
        double stored = await lives.MetricAsync("prometheus_remote_write_queue_stored_bytes_total");
        Say(Text($"the last agent took {samples} samples and wrote {open / samples:F0} bytes of each to files of open blocks, {stored / samples:F0} to the log"));
    }

    /// <summary>Describes the run and finds what is wrong with it.</summary>
    private List<string> Judge(MetricsTortureSetup setup)
    {
        AgentLives lives = setup.Lives;
        SampleSource source = setup.Source;
        MetricsSink sink = setup.Sink;
        (long missing, long doubled, long doubledByClients) = sink.Read(ledger => Count(ledger, source));
        long reordered = sink.Read(static ledger => ledger.Reordered);
        long allowed = (long)lives.Kills * sink.MostSamples;
        Say(Text($"acknowledged {source.AcknowledgedSamples} samples; {source.Failures} requests to the agent failed and were sent again"));
        Say(Text($"starts {lives.Starts}, kills {lives.Kills}, SIGTERMs {lives.Stops} (slowest {lives.SlowestStop.TotalSeconds:F1} s), dropped, says the agent before its ends: {lives.Dropped}"));
        Say(Text($"sink: {sink.Read(static ledger => ledger.Samples)} samples in {sink.Requests} requests, the largest of {sink.MostSamples}; {missing} missing, {reordered} behind later ones of their series"));
        Say(Text($"sink: {doubled} doubled, {allowed} allowed ({lives.Kills} kills × {sink.MostSamples}); {doubledByClients} more of requests that clients sent again"));
        Say(Text($"agent: at most {lives.PeakMemory >> 20} MiB resident; harness: {Environment.CpuUsage.TotalTime.TotalSeconds:F1} s of CPU"));
        List<string> wrong = [.. sink.BadRequests.Take(10).Select(static error => $"bad request: {error}")];
        Require(missing == 0, Text($"{missing} acknowledged samples are missing"), wrong);
        Require(doubled <= allowed, Text($"{doubled} samples came again, more than {allowed}"), wrong);
        Require(reordered == 0, Text($"{reordered} samples came behind later ones of their series"), wrong);
        Require(lives.Kills > 0, "nothing was killed", wrong);
        Require(lives.Dropped == 0, Text($"the agent dropped {lives.Dropped} samples"), wrong);
        return wrong;
    }

    private static (long Missing, long Doubled, long DoubledByClients) Count(SampleLedger ledger, SampleSource source)
    {
        (long missing, long doubled, long doubledByClients) = (0, 0, 0);
        for (int series = 0; series < SampleSource.AllSeries; series++)
        {
            int client = SampleSource.ClientOf(series);
            for (int round = 0; round < source.Acknowledged[client]; round++)
            {
                int arrivals = ledger.Arrivals(series, round);
                missing += arrivals == 0 ? 1 : 0;
                int again = Math.Max(0, arrivals - 1);
                if (source.Repeated.Contains((client, round)))
                {
                    doubledByClients += again;
                }
                else
                {
                    doubled += again;
                }
            }
        }
        return (missing, doubled, doubledByClients);
    }

    private void Require(bool holds, string what, List<string> wrong)
    {
        if (!holds)
        {
            Say(what);
            wrong.Add(what);
        }
    }

    private void Say(string line)
    {
        output.WriteLine(line);
        _report.Add(line);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
