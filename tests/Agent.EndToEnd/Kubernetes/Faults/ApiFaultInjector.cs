using System.Globalization;
using Agent.Testing.Kubernetes;

namespace Agent.EndToEnd.Kubernetes.Faults;

/// <summary>A fault that lasted long enough for the agent to have to say so.</summary>
/// <param name="Reason">What it has to say.</param>
internal sealed record LongFault(string Fault, TimeSpan From, TimeSpan To, string Reason);

/// <summary>Breaks the API server every few seconds, in every way at least once; what and when, the seed decides.</summary>
/// <param name="options">What may happen.</param>
/// <param name="setup">What it happens to.</param>
/// <param name="report">Is told what happens.</param>
internal sealed class ApiFaultInjector(ApiFaultOptions options, ApiFaultSetup setup, ApiFaultReport report)
{
    private const double LongShare = 0.3;
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2.5);
    private static readonly TimeSpan ShortestFailure = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestFailure = TimeSpan.FromSeconds(4);

    /// <summary>After this an agent has tried in vain so often that the grace of five seconds is over, whatever its pauses were.</summary>
    private static readonly TimeSpan LongFailure = TimeSpan.FromSeconds(12);

    /// <summary>A refusal has no grace.</summary>
    private static readonly TimeSpan Refusal = TimeSpan.FromSeconds(4);

    private static readonly Dictionary<string, string> Reasons = new(StringComparer.Ordinal)
    {
        ["restart"] = "Connection refused",
        ["revoked"] = "401",
        ["html"] = "instead of JSON",
        ["gateway"] = "504",
        ["rbac"] = "the RBAC rule that is missing",
    };

    private readonly FakeApiServer _api = setup.Api;
    private readonly Random _random = new(options.Seed);
    private readonly List<LongFault> _longFaults = [];
    private int _tokens;

    /// <summary>How often each fault came.</summary>
    public SortedDictionary<string, int> Counts { get; } = new(StringComparer.Ordinal);

    public IReadOnlyList<LongFault> LongFaults => _longFaults;

    /// <summary>Ends when the time is over, each fault has come, and everything works again.</summary>
    public async Task RunAsync()
    {
        string[] faults = [.. options.Faults.Where(static fault => fault != "cuts").Order(StringComparer.Ordinal)];
        if (options.Faults.Contains("cuts"))
        {
            _api.BreaksIn = new StreamCuts(options.Seed, report.CountCut).BreakIn;
        }
        // One of them lasts in the first round, and any may later on.
        string[] lasting = [.. faults.Where(static fault => fault != "rbac" && Reasons.ContainsKey(fault))];
        string first = lasting.Length > 0 ? lasting[_random.Next(lasting.Length)] : "";
        do
        {
            _random.Shuffle(faults);
            foreach (string fault in faults)
            {
                await PauseAsync(Between(ShortestPause, LongestPause));
                bool isLong = first.Length > 0 ? fault == first : _random.NextDouble() < LongShare;
                await BreakAsync(fault, isLong && lasting.Contains(fault));
            }
            first = "";
        }
        while (report.Elapsed < options.Length);
        await PauseAsync(ShortestPause);
        _api.BreaksIn = null;
    }

    private async Task BreakAsync(string fault, bool isLong)
    {
        TimeSpan length = fault switch
        {
            "rbac" => Refusal,
            "partition" => options.Partition,
            _ => isLong ? LongFailure : Between(ShortestFailure, LongestFailure),
        };
        bool mustShow = isLong || fault == "rbac";
        if (mustShow)
        {
            // An agent that is still waiting after the fault before would not notice this one.
            await setup.IsHealthyAsync();
        }
        Counts[fault] = Counts.GetValueOrDefault(fault) + 1;
        TimeSpan from = report.Elapsed;
        TimeSpan took = await (fault switch
        {
            "restart" => RestartAsync(length),
            "partition" => PartitionAsync(length),
            "expired" or "gone" => ExpireAsync(byStatus: fault == "gone"),
            "rotation" => RotateAsync(TimeSpan.Zero),
            "revoked" => RotateAsync(length),
            "rbac" => RefuseAsync(length),
            _ => AnswerHtmlAsync(fault == "html" ? 200 : 504, length),
        });
        report.Say(string.Create(CultureInfo.InvariantCulture, $"{from.TotalSeconds,6:F1} s  {fault,-9} {took.TotalSeconds,4:F1} s"));
        if (mustShow)
        {
            _longFaults.Add(new LongFault(fault, from, report.Elapsed, Reasons[fault]));
        }
    }

    private async Task<TimeSpan> RestartAsync(TimeSpan length)
    {
        await _api.GoDownAsync();
        await PauseAsync(length);
        await _api.ComeUpAsync();
        return length;
    }

    /// <summary>Connections hang; sometimes those that there were are gone, and the new ones hang.</summary>
    private async Task<TimeSpan> PartitionAsync(TimeSpan length)
    {
        bool breaks = _random.Next(2) == 0;
        _api.Partition();
        if (breaks)
        {
            _api.DropConnections();
        }
        await PauseAsync(length);
        _api.Heal();
        return length;
    }

    /// <summary>The server forgets what was, and ends the watches: they cannot go on.</summary>
    private Task<TimeSpan> ExpireAsync(bool byStatus)
    {
        _api.ExpiresByStatus = byStatus;
        _api.ExpireHistory();
        BreakWatches();
        return Task.FromResult(TimeSpan.Zero);
    }

    /// <summary>The former token is no longer taken, and the file has the next one after a while.</summary>
    private async Task<TimeSpan> RotateAsync(TimeSpan late)
    {
        string token = string.Create(CultureInfo.InvariantCulture, $"token-{++_tokens}");
        if (late == TimeSpan.Zero)
        {
            setup.Account.Rotate(token);
        }
        _api.RequiredToken = token;
        BreakWatches();
        await PauseAsync(late);
        if (late > TimeSpan.Zero)
        {
            setup.Account.Rotate(token);
        }
        return late;
    }

    private async Task<TimeSpan> RefuseAsync(TimeSpan length)
    {
        foreach (string resource in (string[])["pods", "endpointslices", "services", "nodes", "events"])
        {
            _api.Deny(resource, "list");
            _api.Deny(resource, "watch");
        }
        BreakWatches();
        await PauseAsync(length);
        _api.AllowAll();
        return length;
    }

    /// <summary>A login page, or the page of a proxy whose servers do not answer.</summary>
    private async Task<TimeSpan> AnswerHtmlAsync(int status, TimeSpan length)
    {
        (_api.HtmlStatus, _api.ServesHtml) = (status, true);
        BreakWatches();
        await PauseAsync(length);
        _api.ServesHtml = false;
        return length;
    }

    private void BreakWatches()
    {
        if (_random.Next(2) == 0)
        {
            _api.EndWatches();
        }
        else
        {
            _api.DropConnections();
        }
    }

    private static async Task PauseAsync(TimeSpan length) => await Task.Delay(length, TimeProvider.System, CancellationToken.None);

    private TimeSpan Between(TimeSpan least, TimeSpan most) => least + ((most - least) * _random.NextDouble());
}
