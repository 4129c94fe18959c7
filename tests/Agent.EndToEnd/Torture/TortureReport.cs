using System.Diagnostics;
using System.Globalization;
using Agent.Testing;
using Xunit.Abstractions;

namespace Agent.EndToEnd.Torture;

/// <summary>What a run came to, in words: to the test's output and to artifacts/torture.txt.</summary>
internal sealed class TortureReport(ITestOutputHelper output)
{
    private const int ShownGaps = 20;
    private readonly List<string> _lines = [];

    public static string Location { get; } = Repository.PathOf("artifacts/torture.txt");

    public void Say(string line)
    {
        output.WriteLine(line);
        lock (_lines)
        {
            _lines.Add(line);
        }
    }

    public void Options(TortureOptions options) => Say(
        $"seed {options.Seed}, {options.Length.TotalSeconds} s, faults {string.Join(',', TortureOptions.FaultNames.Where(options.Faults.Contains))}");

    /// <summary>Describes the run and finds what is wrong with it.</summary>
    /// <returns>Empty where all is well.</returns>
    public List<string> Judge(TortureSetup setup, FaultInjector injector)
    {
        int[] written = setup.Logs.Written;
        AgentLives lives = setup.Lives;
        Say(Text($"written {setup.Logs.Total} lines in {KubeletLogs.Files} files, {setup.Logs.Rotations} rotations"));
        Say(Text($"starts {lives.Starts}, kills {lives.Kills}, SIGTERMs {lives.Stops} (slowest {lives.SlowestStop.TotalSeconds:F1} s), reloads {lives.Reloads}"));
        Say($"faults {string.Join(", ", injector.Counts.Select(static pair => $"{pair.Key} {pair.Value}"))}");
        List<string> wrong = [];
        for (int i = 0; i < setup.Sinks.Length; i++)
        {
            string name = $"sink {i}";
            CountingSink sink = setup.Sinks[i];
            wrong.AddRange(sink.Read(ledger => JudgeSink(name, ledger, written)));
            long allowed = (long)lives.Kills * sink.MostEntries;
            long duplicates = sink.Read(ledger => ledger.Duplicates(source => !injector.Damaged.Contains(source)));
            Say(Text($"{name}: {duplicates} duplicates, {allowed} allowed ({lives.Kills} kills × {sink.MostEntries} lines of the largest batch), {sink.Read(static ledger => ledger.Duplicates(static _ => true)) - duplicates} more from damaged positions"));
            if (duplicates > allowed)
            {
                wrong.Add(Text($"{name}: {duplicates} duplicates, more than {allowed}"));
            }
            wrong.AddRange(sink.BadRequests.Select(error => $"{name}: bad request: {error}"));
        }
        Say(Text($"dropped, says the agent before its ends: {lives.Dropped}; refused with 400: {setup.Sinks.Sum(static sink => sink.Read(static ledger => ledger.Refused))}"));
        Say(Text($"agent: at most {lives.PeakMemory >> 20} MiB resident; harness: {Environment.CpuUsage.TotalTime.TotalSeconds:F1} s of CPU, at most {PeakMemory() >> 20} MiB"));
        wrong.ForEach(Say);
        return wrong;
    }

    public void Save()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Location)!);
        lock (_lines)
        {
            File.WriteAllLines(Location, _lines);
        }
    }

    private List<string> JudgeSink(string name, ArrivalLedger ledger, int[] written)
    {
        List<string> wrong = [];
        List<string> gaps = [.. ledger.Gaps(written)];
        long missing = written.Sum(static count => (long)count) - ledger.Known;
        Say(Text($"{name}: {ledger.Entries} entries, {ledger.Refused} refused, {missing} missing in {gaps.Count} gaps, {ledger.BadLines} split or joined, {ledger.Reordered} behind later ones"));
        if (missing != 0 || gaps.Count > 0)
        {
            wrong.Add(Text($"{name}: {missing} lines missing: {string.Join(" | ", gaps.Take(ShownGaps))}"));
        }
        if (ledger.BadLines > 0)
        {
            wrong.Add(Text($"{name}: {ledger.BadLines} split or joined lines: {string.Join(" | ", ledger.Shown)}"));
        }
        return wrong;
    }

    private static long PeakMemory()
    {
        using var self = Process.GetCurrentProcess();
        return self.PeakWorkingSet64;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
