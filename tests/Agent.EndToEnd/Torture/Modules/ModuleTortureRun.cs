using System.Globalization;
using System.Net;
using Agent.Testing;

namespace Agent.EndToEnd.Torture.Modules;

/// <summary>An agent whose modules are changed while lines run through them.</summary>
internal sealed class ModuleTortureRun : IAsyncDisposable
{
    /// <summary>Instances that may share a version: a bad module must break them all, a good one mend them.</summary>
    private const int Versions = 4;

    private const int Samples = 7;
    private static readonly TimeSpan CatchUp = TimeSpan.FromSeconds(60);

    /// <summary>Memory is given back every ten seconds, and idle threads end after twenty.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(25);

    private static readonly TimeSpan SampleEvery = TimeSpan.FromSeconds(1);

    /// <summary>Every configuration gets something to do.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(400);

    private static readonly string[] Flags = ["--stability.level=experimental", "--config.watch"];

    private readonly Workspace _workspace = new();
    private readonly SortedDictionary<string, int> _counts = new(StringComparer.Ordinal);
    private readonly ModuleScript _script;
    private readonly Action<string> _log;
    private readonly CountingSink _sink;
    private readonly NumberedFiles _logs;
    private RunningAgent? _agent;
    private int _module;
    private int _part;

    private ModuleTortureRun(ModuleTortureOptions options, Action<string> log, CountingSink sink)
    {
        _script = new ModuleScript(options.Seed);
        _log = log;
        _sink = sink;
        _logs = new NumberedFiles(source => _workspace.LogPath(source + ".log"), ModuleScript.Files);
        Directory.CreateDirectory(_workspace.PathOf("modules/parts"));
    }

    private RunningAgent Agent => _agent!;

    public static async Task<ModuleTortureRun> StartAsync(ModuleTortureOptions options, Action<string> log)
    {
        var run = new ModuleTortureRun(options, log, await CountingSink.StartAsync());
        run.WriteModules();
        run.WriteConfiguration();
        run._logs.Start();
        run._agent = await RunningAgent.StartAsync(new AgentStart(run._workspace.Configuration) { Storage = run._workspace.Storage, Flags = Flags });
        return run;
    }

    /// <summary>Changes or breaks something so many times; each change is seen to have been taken, or refused.</summary>
    public async Task ReloadAsync(int times)
    {
        for (int i = 0; i < times; i++)
        {
            string what = _script.Next(12) switch
            {
                < 4 => await ChangeAsync(),
                < 6 => await MistakeAsync(),
                6 => await WatchedChangeAsync(),
                < 9 => await ModuleAsync(),
                < 11 => await DamageAsync(),
                _ => await RemovedModuleAsync(),
            };
            _counts[what] = _counts.GetValueOrDefault(what) + 1;
            await _logs.CheckAsync();
            await Task.Delay(LongestPause * _script.Next(100) / 100, TimeProvider.System, CancellationToken.None);
        }
    }

    /// <summary>What the process holds once it has settled in the configuration that it started with.</summary>
    public async Task<ResourceSample> SettleAsync()
    {
        _script.Restore();
        (_module, _part) = (0, 0);
        WriteModules();
        await LoadAsync();
        await WitnessAsync("module-0", "part-0", _script.Tag);
        await Task.Delay(Settling, TimeProvider.System, CancellationToken.None);
        var samples = new List<ResourceSample>();
        while (samples.Count < Samples)
        {
            samples.Add(ResourceSample.Of(Agent.ProcessId));
            await Task.Delay(SampleEvery, TimeProvider.System, CancellationToken.None);
        }
        return ResourceSample.Median(samples);
    }

    /// <summary>Stops writing, and waits until every line has come.</summary>
    public async Task CatchUpAsync()
    {
        _log($"changes: {string.Join(", ", _counts.Select(static pair => $"{pair.Key} {pair.Value}"))}");
        _script.Restore();
        WriteModules();
        await LoadAsync();
        await _logs.StopAsync();
        long started = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(started) < CatchUp && _sink.Read(static ledger => ledger.Known) < _logs.Total)
        {
            await Task.Delay(SampleEvery / 10, TimeProvider.System, CancellationToken.None);
        }
    }

    /// <summary>How the agent differs from one that has just been started on the same configuration.</summary>
    public async Task<IEnumerable<string>> LeftBehindAsync()
    {
        await using CountingSink other = await CountingSink.StartAsync();
        string path = _workspace.Configure(Configuration(other), "fresh.alloy");
        await using RunningAgent fresh = await RunningAgent.StartAsync(new AgentStart(path) { Flags = Flags });
        await Eventually.TrueAsync(() => other.Read(static ledger => ledger.Known) >= _logs.Total, () => "the fresh agent did not read everything", CatchUp);
        AgentInventory running = await AgentInventory.OfAsync(Agent);
        AgentInventory expected = await AgentInventory.OfAsync(fresh);
        _log(string.Create(CultureInfo.InvariantCulture, $"{running.Components.Count} components, {running.Measured.Count} of them with metrics"));
        return running.Differences(expected);
    }

    /// <summary>What is wrong with the lines that came.</summary>
    public IEnumerable<string> Lines()
    {
        int[] written = _logs.Written;
        return _sink.Read(ledger =>
        {
            long duplicates = ledger.Duplicates(static _ => true);
            _log(string.Create(CultureInfo.InvariantCulture, $"written {_logs.Total} lines, {ledger.Entries} came, {duplicates} of them twice, {ledger.Reordered} behind later ones"));
            List<string> wrong = [.. ledger.Gaps(written).Select(static gap => $"missing: {gap}"), .. ledger.Shown.Select(static line => $"split or joined: {line}")];
            if (duplicates > 0)
            {
                wrong.Add(string.Create(CultureInfo.InvariantCulture, $"{duplicates} lines came twice"));
            }
            return wrong.Concat(_sink.BadRequests.Select(static error => $"bad request: {error}"));
        });
    }

    /// <summary>Leaves the work folder, with the agent's log, for somebody to look at.</summary>
    public async Task<string> KeepAsync()
    {
        _workspace.IsKept = true;
        await File.WriteAllLinesAsync(_workspace.PathOf("agent.log"), Agent.Lines);
        return _workspace.PathOf("");
    }

    public async ValueTask DisposeAsync()
    {
        if (_agent is not null)
        {
            await _agent.DisposeAsync();
        }
        await _logs.DisposeAsync();
        await _sink.DisposeAsync();
        _workspace.Dispose();
    }

    private async Task<string> ChangeAsync()
    {
        string what = _script.Change();
        await LoadAsync();
        return what;
    }

    /// <summary>A configuration that cannot be loaded changes nothing, and says why.</summary>
    private async Task<string> MistakeAsync()
    {
        (string broken, string cause) = _script.Pick(ModuleTexts.Mistakes);
        Write(_workspace.Configuration, Configuration(_sink) + broken);
        (HttpStatusCode status, string body) = await Agent.ReloadAsync();
        Assert.True(status == HttpStatusCode.BadRequest && body.Contains(cause, StringComparison.Ordinal), $"{broken}\nis answered with {status} {body}");
        await SameComponentsAsync();
        WriteConfiguration();
        return "mistake";
    }

    /// <summary>Nobody asks for the reload: the agent sees that the file is another one.</summary>
    private async Task<string> WatchedChangeAsync()
    {
        _script.Change();
        _script.ChangeTag();
        WriteConfiguration();
        await WitnessAsync(_script.Tag);
        await SameComponentsAsync();
        return "watched";
    }

    private async Task<string> ModuleAsync()
    {
        if (_script.Next(2) == 0)
        {
            _module = (_module + 1) % Versions;
        }
        else
        {
            _part = (_part + 1) % Versions;
        }
        WriteModules();
        await WitnessAsync(Shown());
        return "module";
    }

    /// <summary>A module that cannot be used leaves the last good one running, whatever else is loaded meanwhile.</summary>
    private async Task<string> DamageAsync()
    {
        bool inner = _script.Next(2) == 0;
        string good = inner ? ModuleTexts.Part(_part) : ModuleTexts.Module(_module);
        string bad = _script.Pick([.. ModuleTexts.Damages.Select(damage => damage(good)).Where(bad => bad != good)]);
        string path = inner ? PartPath : ModulePath;
        Write(path, bad);
        await RefusedAsync(bad);
        await LoadAsync();
        string[] shown = Shown();
        await ChangeAsync();
        await WitnessAsync(shown);
        Write(path, good);
        await HealthyAsync();
        return "damage";
    }

    private async Task<string> RemovedModuleAsync()
    {
        string path = _script.Next(2) == 0 ? PartPath : ModulePath;
        string good = await File.ReadAllTextAsync(path);
        File.Delete(path);
        await RefusedAsync($"without {path}");
        await ChangeAsync();
        Write(path, good);
        await HealthyAsync();
        return "removed module";
    }

    private string[] Shown() => [string.Create(CultureInfo.InvariantCulture, $"module-{_module}"), string.Create(CultureInfo.InvariantCulture, $"part-{_part}"), _script.Tag];

    private string ModulePath => _workspace.PathOf("modules/main.alloy");

    private string PartPath => _workspace.PathOf("modules/parts/label.alloy");

    private async Task LoadAsync()
    {
        WriteConfiguration();
        (HttpStatusCode status, string body) = await Agent.ReloadAsync();
        Assert.True(status == HttpStatusCode.OK, $"reload: {status} {body}");
        await SameComponentsAsync();
    }

    private async Task SameComponentsAsync() =>
        Assert.Equal(_script.RootIds.Order(StringComparer.Ordinal), (await AgentInventory.RootAsync(Agent)).Order(StringComparer.Ordinal));

    /// <summary>Waits until the innermost component has all of the texts in its arguments.</summary>
    private async Task WitnessAsync(params string[] texts)
    {
        string last = "";
        await Eventually.TrueAsync(
            async () => texts.All((last = await Agent.GetAsync($"/api/v0/web/components/{ModuleTexts.Witness}")).Contains),
            () => $"no {string.Join(" and ", texts)} in {last}");
    }

    /// <summary>The import tells that it cannot use what it found.</summary>
    private Task RefusedAsync(string what) => HealthIsAsync(static text => text.Contains("import.file", StringComparison.Ordinal), what);

    private Task HealthyAsync() => HealthIsAsync(static text => text.StartsWith("All", StringComparison.Ordinal), "everything mended");

    private async Task HealthIsAsync(Predicate<string> wanted, string what)
    {
        string last = "";
        await Eventually.TrueAsync(async () => wanted(last = await Agent.GetAsync("/-/healthy")), () => $"{last} with\n{what}");
    }

    private void WriteModules()
    {
        Write(PartPath, ModuleTexts.Part(_part));
        Write(ModulePath, ModuleTexts.Module(_module));
    }

    private void WriteConfiguration() => Write(_workspace.Configuration, Configuration(_sink));

    private string Configuration(CountingSink sink) =>
        ModuleTexts.Configuration(_script, new ModulePaths(_workspace.PathOf("logs"), ModulePath, sink.Url));

    /// <summary>Replaced as a whole, as ConfigMaps and editors do.</summary>
    private static void Write(string path, string text)
    {
        File.WriteAllText(path + "~", text);
        File.Move(path + "~", path, overwrite: true);
    }
}
