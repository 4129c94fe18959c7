using System.Globalization;
using Agent.Testing;
using Agent.Testing.Kubernetes;
using Xunit.Abstractions;

namespace Agent.EndToEnd.Kubernetes.Faults;

/// <summary>What a run came to, in words: to the test's output and to artifacts/api-faults.txt.</summary>
internal sealed class ApiFaultReport(ITestOutputHelper output)
{
    private const int Shown = 10;

    /// <summary>What is seen so long after a fault may have been there while it lasted.</summary>
    private static readonly TimeSpan LookTime = TimeSpan.FromSeconds(1);
    private readonly List<string> _lines = [];
    private readonly long _started = TimeProvider.System.GetTimestamp();
    private int _cuts;

    public TimeSpan Elapsed => TimeProvider.System.GetElapsedTime(_started);

    public void Say(string line)
    {
        output.WriteLine(line);
        lock (_lines)
        {
            _lines.Add(line);
        }
    }

    public void CountCut() => Interlocked.Increment(ref _cuts);

    /// <summary>Describes the run and finds what is wrong with it.</summary>
    /// <returns>Empty where all is well.</returns>
    public List<string> Judge(ApiFaultSetup setup, ApiFaultInjector injector, TargetWatch watch)
    {
        Say(Text($"{setup.Cluster.Changes} changes, {setup.Cluster.Events} events; cuts in the middle of a document: {_cuts}"));
        Say($"faults: {string.Join(", ", injector.Counts.Select(static pair => $"{pair.Key} {pair.Value}"))}");
        Say(Text($"{watch.Looks} looks at {watch.Stable} targets that are there throughout, {watch.LongestGap.TotalSeconds:F2} s apart at most: {watch.Flaps.Count} were missing"));
        List<string> wrong = [.. watch.Flaps.Take(Shown)];
        wrong.AddRange(JudgeLists(setup.Api));
        wrong.AddRange(JudgeReasons(injector, watch));
        wrong.AddRange(JudgeEvents(setup));
        Say(Text($"agent: at most {setup.Agent.PeakMemory() >> 20} MiB resident"));
        return wrong;
    }

    public void Save()
    {
        string path = Repository.PathOf("artifacts/api-faults.txt");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        lock (_lines)
        {
            File.WriteAllLines(path, _lines);
        }
    }

    /// <summary>One list at first, and one for each time that the server said that a watch cannot go on: all others could have been spared.</summary>
    private IEnumerable<string> JudgeLists(FakeApiServer api)
    {
        ILookup<string, FakeRequest> begun = FirstParts(api.Requests.Where(static request => request.Verb == "list"));
        ILookup<string, FakeRequest> whole = FirstParts(api.WholeLists);
        ILookup<string, FakeRequest> expired = api.Expiries.ToLookup(WatchOf, StringComparer.Ordinal);
        ILookup<string, FakeRequest> watched = api.Requests.Where(static request => request.Verb == "watch").ToLookup(WatchOf, StringComparer.Ordinal);
        foreach (string name in begun.Select(static requests => requests.Key).Order(StringComparer.Ordinal))
        {
            int allowed = 1 + expired[name].Count();
            Say(Text($"{name}: {whole[name].Count()} whole lists of {begun[name].Count()} begun, {allowed} allowed (410: {expired[name].Count()}); {watched[name].Count()} watches"));
            if (whole[name].Count() > allowed)
            {
                yield return Text($"{name}: {whole[name].Count()} full lists, where {allowed} were needed");
            }
        }
    }

    private IEnumerable<string> JudgeReasons(ApiFaultInjector injector, TargetWatch watch)
    {
        foreach (HealthChange change in watch.HealthChanges.Where(static change => !change.IsHealthy))
        {
            Say(Text($"{change.At.TotalSeconds,6:F1} s  {change.Component} is unhealthy: {change.Message}"));
            if (change.Message.Length == 0)
            {
                yield return Text($"{change.Component} is unhealthy at {change.At.TotalSeconds:F1} s without a reason");
            }
        }
        foreach (LongFault fault in injector.LongFaults.Where(static fault => fault.Reason.Length > 0))
        {
            // Not each of them: after other failures a watch may still be waiting, for half a minute, and never hear of this one.
            bool isSaid = watch.HealthChanges.Any(change =>
                !change.IsHealthy && change.At >= fault.From && change.At <= fault.To + LookTime && change.Message.Contains(fault.Reason, StringComparison.Ordinal));
            if (!isSaid)
            {
                yield return Text($"nothing became unhealthy with \"{fault.Reason}\" while {fault.Fault} lasted from {fault.From.TotalSeconds:F1} s to {fault.To.TotalSeconds:F1} s");
            }
        }
    }

    private IEnumerable<string> JudgeEvents(ApiFaultSetup setup)
    {
        List<int> numbers = [.. setup.Loki.Lines.Select(ApiFaultSetup.EventNumber)];
        int[] doubled = [.. numbers.GroupBy(static number => number).Where(static group => group.Count() > 1).Select(static group => group.Key)];
        int[] missing = [.. Enumerable.Range(0, setup.Cluster.Events).Except(numbers)];
        Say(Text($"events: {numbers.Count} entries came of {setup.Cluster.Events}, {missing.Length} missing, {doubled.Length} doubled"));
        if (missing.Length > 0)
        {
            yield return $"events missing: {string.Join(", ", missing.Take(Shown))}";
        }
        if (doubled.Length > 0)
        {
            yield return $"events doubled: {string.Join(", ", doubled.Take(Shown))}";
        }
    }

    private static ILookup<string, FakeRequest> FirstParts(IEnumerable<FakeRequest> lists) =>
        lists.Where(static request => !request.Path.Contains("continue=", StringComparison.Ordinal)).ToLookup(WatchOf, StringComparer.Ordinal);

    /// <summary>Which watch a request belongs to: resource and field selector.</summary>
    private static string WatchOf(FakeRequest request)
    {
        string selector = request.Path.Split('?', '&').FirstOrDefault(static part => part.StartsWith("fieldSelector=", StringComparison.Ordinal)) ?? "";
        return $"{request.Resource} {Uri.UnescapeDataString(selector)}".TrimEnd();
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
