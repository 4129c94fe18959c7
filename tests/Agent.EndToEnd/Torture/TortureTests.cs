using Xunit.Abstractions;

namespace Agent.EndToEnd.Torture;

/// <summary>
/// Everything that goes wrong on a node, at the same time and for minutes, with every line accounted for. Longer, with a seed, or with
/// some faults alone: see <see cref="TortureOptions"/> and CONTRIBUTING.md.
/// </summary>
[Collection(TortureCollection.Name)]
public sealed class TortureTests(ITestOutputHelper output)
{
    private static readonly TimeSpan CatchUp = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    [NativeFact]
    public async Task Crashes_restarts_reloads_outages_and_a_full_disk_lose_no_line_and_split_none()
    {
        var options = TortureOptions.Read();
        var report = new TortureReport(output);
        report.Options(options);
        await using TortureSetup setup = await TortureSetup.StartAsync(options);
        using var injector = new FaultInjector(options, setup, report.Say);
        bool isWell = false;
        try
        {
            setup.Logs.Start();
            await setup.Lives.StartAsync();
            await injector.RunAsync();
            await setup.Logs.StopAsync();
            await CatchUpAsync(setup, report);
            await setup.Lives.StopAsync();
            List<string> wrong = report.Judge(setup, injector);
            Assert.True(wrong.Count == 0, string.Join('\n', wrong));
            isWell = true;
        }
        finally
        {
            if (!isWell)
            {
                report.Say($"failed with seed {options.Seed}; the work folder, with agent.log, is kept: {setup.Keep()}; the agent's last lines:");
                foreach (string line in setup.Lives.LastLines())
                {
                    report.Say(line);
                }
            }
            report.Save();
        }
    }

    /// <summary>Waits until both sinks have everything, for a limited time.</summary>
    private static async Task CatchUpAsync(TortureSetup setup, TortureReport report)
    {
        long started = TimeProvider.System.GetTimestamp();
        TimeSpan took = TimeSpan.Zero;
        while (took < CatchUp && setup.Sinks.Any(sink => sink.Read(static ledger => ledger.Known) < setup.Logs.Total))
        {
            await Task.Delay(Pause, TimeProvider.System, CancellationToken.None);
            took = TimeProvider.System.GetElapsedTime(started);
            setup.Lives.Check();
        }
        report.Say($"waited {took.TotalSeconds:F1} s for the rest");
    }
}
