using Xunit.Abstractions;

namespace Agent.EndToEnd.Torture.Modules;

/// <summary>
/// Reloads under load that change, add, remove and break modules at random: no line is lost, nothing leaks, no component is left behind.
/// More reloads, or a seed: see <see cref="ModuleTortureOptions"/> and CONTRIBUTING.md.
/// </summary>
[Collection(TortureCollection.Name)]
public sealed class ModuleTortureTests(ITestOutputHelper output)
{
    [NativeFact]
    public async Task Modules_that_change_and_break_lose_no_line_leak_nothing_and_leave_nothing_behind()
    {
        ModuleTortureOptions options = ModuleTortureOptions.Read();
        var report = new ModuleTortureReport(output);
        report.Say($"seed {options.Seed}, {options.Reloads} reloads");
        await using ModuleTortureRun run = await ModuleTortureRun.StartAsync(options, report.Say);
        bool isWell = false;
        try
        {
            await run.ReloadAsync(options.Reloads / 4);
            ResourceSample early = await run.SettleAsync();
            report.Say($"after a quarter: {early}");
            await run.ReloadAsync(options.Reloads - (options.Reloads / 4));
            await run.CatchUpAsync();
            ResourceSample late = await run.SettleAsync();
            report.Say($"at the end: {late}");
            List<string> wrong = [.. ResourceSample.Growth(early, late), .. await run.LeftBehindAsync(), .. run.Lines()];
            wrong.ForEach(report.Say);
            Assert.True(wrong.Count == 0, string.Join('\n', wrong));
            isWell = true;
        }
        finally
        {
            if (!isWell)
            {
                report.Say($"failed with seed {options.Seed}; the work folder is kept: {await run.KeepAsync()}");
            }
            report.Save();
        }
    }
}
