using System.Globalization;
using Xunit.Abstractions;

namespace Agent.EndToEnd.Kubernetes.Faults;

/// <summary>
/// Everything that goes wrong with an API server, one after the other and for as long as is wanted, while the cluster changes all the
/// time. Longer, with a seed, or with some faults alone: see <see cref="ApiFaultOptions"/> and CONTRIBUTING.md.
/// </summary>
public sealed class ApiFaultTests(ITestOutputHelper output)
{
    [NativeFact]
    public async Task Targets_never_flap_and_nothing_is_listed_that_a_watch_could_have_brought()
    {
        var options = ApiFaultOptions.Read();
        var report = new ApiFaultReport(output);
        report.Say($"seed {options.Seed}, {options.Length.TotalSeconds} s, faults {string.Join(',', ApiFaultOptions.FaultNames.Where(options.Faults.Contains))}");
        await using ApiFaultSetup setup = await ApiFaultSetup.StartAsync(options.Seed);
        bool isWell = false;
        try
        {
            await setup.TargetsAreRightAsync();
            var watch = new TargetWatch(setup.Agent, () => report.Elapsed);
            var injector = new ApiFaultInjector(options, setup, report);
            await BreakAsync(setup, injector, watch, report);
            List<string> wrong = report.Judge(setup, injector, watch);
            wrong.ForEach(report.Say);
            Assert.True(wrong.Count == 0, string.Join('\n', wrong));
            isWell = true;
        }
        finally
        {
            if (!isWell)
            {
                report.Say($"failed with seed {options.Seed}; the agent's last lines:");
                setup.LastLines().ToList().ForEach(report.Say);
            }
            report.Save();
        }
    }

    /// <summary>Ends when everything works again and the agent knows all that there is.</summary>
    private static async Task BreakAsync(ApiFaultSetup setup, ApiFaultInjector injector, TargetWatch watch, ApiFaultReport report)
    {
        using var stopChanges = new CancellationTokenSource();
        using var stopLooks = new CancellationTokenSource();
        Task changes = Task.Run(() => setup.Cluster.RunAsync(stopChanges.Token));
        Task looks = Task.Run(() => watch.RunAsync(stopLooks.Token));
        try
        {
            await injector.RunAsync();
            await stopChanges.CancelAsync();
            await changes;
            long over = TimeProvider.System.GetTimestamp();
            await setup.TargetsAreRightAsync();
            await setup.IsHealthyAsync();
            await setup.Loki.ReceivedAsync(setup.Cluster.Events, ApiFaultSetup.CatchUp);
            report.Say(string.Create(CultureInfo.InvariantCulture, $"all targets right and all events there {TimeProvider.System.GetElapsedTime(over).TotalSeconds:F1} s after the last fault"));
        }
        finally
        {
            await stopChanges.CancelAsync();
            await stopLooks.CancelAsync();
            await Task.WhenAll(changes, looks);
        }
    }
}
