using System.Globalization;

namespace Agent.EndToEnd.Torture;

/// <summary>Breaks something every few seconds; what and when, the seed decides.</summary>
internal sealed class FaultInjector : IDisposable
{
    private const double DamageShare = 0.25;
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestGone = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan ShortestFailure = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestFailure = TimeSpan.FromSeconds(6);

    private static readonly Dictionary<string, SinkMode> SinkFaults = new(StringComparer.Ordinal)
    {
        ["503"] = SinkMode.Unavailable,
        ["429"] = SinkMode.TooManyRequests,
        ["400"] = SinkMode.Refuse,
        ["hang"] = SinkMode.Hang,
        ["reset"] = SinkMode.Reset,
        ["down"] = SinkMode.Down,
    };

    /// <summary>The more often a fault is named, the more often it comes.</summary>
    private static readonly string[] Often = ["kill", "kill", "term", "term", "reload", "reload", .. SinkFaults.Keys];

    private readonly TortureOptions _options;
    private readonly TortureSetup _setup;
    private readonly Action<string> _log;
    private readonly Random _random;
    private readonly string[] _faults;
    private readonly List<Task> _underWay = [];
    private readonly CancellationTokenSource _end = new();
    private readonly long _started = TimeProvider.System.GetTimestamp();

    /// <param name="options">What may happen.</param>
    /// <param name="setup">What it happens to.</param>
    /// <param name="log">Is told what happens.</param>
    public FaultInjector(TortureOptions options, TortureSetup setup, Action<string> log)
    {
        _options = options;
        _setup = setup;
        _log = log;
        _random = new Random(options.Seed);
        _faults = [.. Often.Where(options.Faults.Contains)];
    }

    /// <summary>How often each fault came.</summary>
    public SortedDictionary<string, int> Counts { get; } = new(StringComparer.Ordinal);

    /// <summary>Sources whose positions were damaged.</summary>
    public HashSet<int> Damaged { get; } = [];

    private TimeSpan Elapsed => TimeProvider.System.GetElapsedTime(_started);

    /// <summary>Ends when the time is over and everything works again.</summary>
    public async Task RunAsync()
    {
        try
        {
            PlanOnce();
            while (Elapsed < _options.Length)
            {
                await PauseAsync(Between(ShortestPause, LongestPause));
                _setup.Lives.Check();
                await _setup.Logs.CheckAsync();
                if (_faults.Length > 0 && Elapsed < _options.Length)
                {
                    await BreakAsync(_faults[_random.Next(_faults.Length)]);
                }
            }
            await Task.WhenAll(_underWay);
        }
        finally
        {
            await _end.CancelAsync();
            await Task.WhenAll(_underWay).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Dispose() => _end.Dispose();

    /// <summary>The long outage of one sink, and the full disk while it lasts, when the queue on disk is needed.</summary>
    private void PlanOnce()
    {
        TimeSpan start = Between(_options.Length * 0.15, _options.Length * 0.45);
        CountingSink sink = _setup.Sinks[_random.Next(_setup.Sinks.Length)];
        TimeSpan full = start + Between(TimeSpan.Zero, _options.Outage / 2);
        if (_options.Faults.Contains("outage"))
        {
            Note("outage", start, _options.Outage, $"of sink {Array.IndexOf(_setup.Sinks, sink)}");
            _underWay.Add(AfterAsync(start, () => sink.FailAsync(SinkMode.Down, _options.Outage, _end.Token)));
        }
        if (_setup.Volume is { } volume)
        {
            Note("disk", full, _options.DiskFull, "full");
            _underWay.Add(AfterAsync(full, () => volume.FillAsync(_options.DiskFull, _end.Token)));
        }
        else if (_options.Faults.Contains("disk"))
        {
            _log("left out: the full disk; mounting a volume is not permitted here");
        }
    }

    private async Task BreakAsync(string fault)
    {
        if (SinkFaults.TryGetValue(fault, out SinkMode mode))
        {
            BreakSink(fault, mode);
            return;
        }
        TimeSpan gone = Between(TimeSpan.Zero, LongestGone);
        Note(fault, Elapsed, fault == "reload" ? TimeSpan.Zero : gone, "");
        switch (fault)
        {
            case "reload":
                await _setup.Lives.ReloadAsync();
                return;
            case "kill":
                await _setup.Lives.KillAsync();
                break;
            default:
                await _setup.Lives.StopAsync();
                break;
        }
        DamagePositions();
        await PauseAsync(gone);
        await _setup.Lives.StartAsync();
    }

    private void BreakSink(string fault, SinkMode mode)
    {
        TimeSpan length = Between(ShortestFailure, LongestFailure);
        int first = _random.Next(_setup.Sinks.Length);
        int at = _setup.Sinks[first].Mode == SinkMode.Ok ? first : 1 - first;
        if (_setup.Sinks[at].Mode == SinkMode.Ok)
        {
            Note(fault, Elapsed, length, $"from sink {at}");
            _underWay.Add(_setup.Sinks[at].FailAsync(mode, length, _end.Token));
        }
    }

    /// <summary>Only while no agent runs.</summary>
    private void DamagePositions()
    {
        if (_options.Faults.Contains("positions") && _random.NextDouble() < DamageShare
            && PositionsDamage.Apply(_setup.PositionsFile, _random) is >= 0 and int source)
        {
            Damaged.Add(source);
            Note("positions", Elapsed, TimeSpan.Zero, NumberedMessage.NameOf(source));
        }
    }

    private async Task AfterAsync(TimeSpan wait, Func<Task> act)
    {
        await PauseAsync(wait);
        if (!_end.IsCancellationRequested)
        {
            await act();
        }
    }

    private async Task PauseAsync(TimeSpan length) =>
        await Task.Delay(length, TimeProvider.System, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private TimeSpan Between(TimeSpan least, TimeSpan most) => least + ((most - least) * _random.NextDouble());

    private void Note(string fault, TimeSpan at, TimeSpan length, string what)
    {
        Counts[fault] = Counts.GetValueOrDefault(fault) + 1;
        _log(string.Create(CultureInfo.InvariantCulture, $"{at.TotalSeconds,6:F1} s  {fault,-9} {length.TotalSeconds,4:F1} s  {what}"));
    }
}
