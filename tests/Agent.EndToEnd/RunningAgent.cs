using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using System.Text.Json;
using Agent.Testing;

namespace Agent.EndToEnd;

/// <summary>How the native binary is started.</summary>
/// <param name="Configuration">A path, absolute or relative to the root of the checkout.</param>
internal sealed record AgentStart(string Configuration)
{
    /// <summary>The folder of <c>--storage.path</c>; null for one that goes with the agent.</summary>
    public string? Storage { get; init; }

    public IReadOnlyList<string> Flags { get; init; } = [];

    /// <summary>A command that runs the program, which follows it, as the same process.</summary>
    public IReadOnlyList<string> Wrapper { get; init; } = [];

    /// <summary>Changes the environment, which is otherwise that of the test.</summary>
    public Action<IDictionary<string, string?>>? Environment { get; init; }
}

/// <summary>The native binary running a configuration, with a storage folder of its own that goes with it.</summary>
internal sealed partial class RunningAgent : IAsyncDisposable
{
    private const int HangUpSignal = 1;
    private const int TerminateSignal = 15;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private readonly Process _process;
    private readonly DirectoryInfo? _storage;
    private readonly HttpClient _client = new();
    private ImmutableList<string> _lines = [];
    private volatile TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private RunningAgent(AgentStart options)
    {
        _storage = options.Storage is null ? Directory.CreateTempSubdirectory("invar-") : null;
        Address = new Uri($"http://127.0.0.1:{FreePort.Next()}");
        string[] command =
        [
            .. options.Wrapper, NativeBinary.Location!, "run", options.Configuration, $"--storage.path={options.Storage ?? _storage!.FullName}",
            $"--server.http.listen-addr={Address.Authority}", .. options.Flags,
        ];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        options.Environment?.Invoke(start.Environment);
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Take(line.Data);
        _process.ErrorDataReceived += (_, line) => Take(line.Data);
    }

    /// <summary>Where the agent serves HTTP.</summary>
    public Uri Address { get; }

    /// <summary>What the agent has written so far, on either output.</summary>
    public IReadOnlyList<string> Lines => Volatile.Read(ref _lines);

    public int ProcessId => _process.Id;

    /// <summary>Whether the process has been started and has not ended.</summary>
    public bool IsRunning
    {
        get
        {
            try
            {
                return !_process.HasExited;
            }
            catch (InvalidOperationException)
            {
                // Never started.
                return false;
            }
        }
    }

    /// <summary>Starts the program and waits until it is ready.</summary>
    /// <param name="configuration">A path, absolute or relative to the root of the checkout.</param>
    /// <param name="environment">Changes the environment, which is otherwise that of the test.</param>
    public static Task<RunningAgent> StartAsync(string configuration, Action<IDictionary<string, string?>>? environment = null) =>
        StartAsync(new AgentStart(configuration) { Environment = environment });

    /// <summary>Starts the program on a workspace, whose storage it keeps.</summary>
    public static Task<RunningAgent> StartAsync(Workspace workspace) =>
        StartAsync(new AgentStart(workspace.Configuration) { Storage = workspace.Storage });

    public static async Task<RunningAgent> StartAsync(AgentStart options)
    {
        var agent = new RunningAgent(options);
        try
        {
            agent._process.Start();
            agent._process.BeginOutputReadLine();
            agent._process.BeginErrorReadLine();
            await agent.BecomeReadyAsync();
            return agent;
        }
        catch
        {
            await agent.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until the agent has written a line that holds every one of <paramref name="texts"/>.</summary>
    public async Task<string> LineAsync(params string[] texts)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            Task news = _news.Task;
            string? found = Lines.FirstOrDefault(line => texts.All(text => line.Contains(text, StringComparison.Ordinal)));
            if (found is not null)
            {
                return found;
            }
            try
            {
                await news.WaitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                throw Failure($"no line holds {string.Join(" and ", texts)}");
            }
        }
    }

    /// <summary>Asks for a reload over HTTP.</summary>
    public async Task<(HttpStatusCode Status, string Body)> ReloadAsync()
    {
        using HttpResponseMessage answer = await _client.PostAsync(new Uri(Address, "/-/reload"), null);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Asks for a reload by SIGHUP.</summary>
    public void HangUp() => Assert.Equal(0, Kill(_process.Id, HangUpSignal));

    /// <summary>What a path serves, whatever the status.</summary>
    public async Task<string> GetAsync(string path)
    {
        using HttpResponseMessage answer = await _client.GetAsync(new Uri(Address, path));
        return await answer.Content.ReadAsStringAsync();
    }

    /// <summary>The sum of a self-metric over the series whose labels contain every one of the texts; null without any.</summary>
    public async Task<double?> MetricAsync(string name, params string[] labels)
    {
        double? sum = null;
        foreach (string line in (await GetAsync("/metrics")).Split('\n'))
        {
            bool isName = line.StartsWith(name, StringComparison.Ordinal) && line.Length > name.Length && line[name.Length] is ' ' or '{';
            if (isName && labels.All(label => line.Contains(label, StringComparison.Ordinal)))
            {
                sum = (sum ?? 0) + double.Parse(line.AsSpan(line.LastIndexOf(' ') + 1), CultureInfo.InvariantCulture);
            }
        }
        return sum;
    }

    /// <summary>Waits until a self-metric is as wanted.</summary>
    public Task MetricIsAsync(Predicate<double> wanted, string name, params string[] labels)
    {
        double? last = null;
        return Eventually.TrueAsync(
            async () => (last = await MetricAsync(name, labels)) is { } value && wanted(value),
            () => Failure($"{name}{{{string.Join(',', labels)}}} is {last}").Message);
    }

    /// <summary>Health and message of a component, such as "healthy: reading"; empty where there is none of that name.</summary>
    public async Task<string> HealthAsync(string id)
    {
        using JsonDocument components = JsonDocument.Parse(await GetAsync("/api/v0/web/components"));
        foreach (JsonElement component in components.RootElement.EnumerateArray())
        {
            if (component.GetProperty("localID").GetString() == id)
            {
                JsonElement health = component.GetProperty("health");
                return $"{health.GetProperty("state").GetString()}: {health.GetProperty("message").GetString()}";
            }
        }
        return "";
    }

    /// <summary>Waits until the health of a component starts with the text.</summary>
    public Task HealthIsAsync(string id, string wanted)
    {
        string last = "";
        return Eventually.TrueAsync(
            async () => (last = await HealthAsync(id)).StartsWith(wanted, StringComparison.Ordinal), () => Failure($"{id} is {last}").Message);
    }

    /// <summary>Most bytes of memory that the process had resident so far.</summary>
    public long PeakMemory() => StatusBytes("VmHWM:");

    /// <summary>Bytes of memory that the process has resident now.</summary>
    public long Resident() => StatusBytes("VmRSS:");

    /// <summary>CPU time that the process has used so far.</summary>
    public TimeSpan CpuTime()
    {
        _process.Refresh();
        return _process.TotalProcessorTime;
    }

    /// <summary>Bytes of memory that the process has resident now and that no file stands behind.</summary>
    public long AnonymousMemory() => StatusBytes("RssAnon:");

    /// <summary>Ends the process as a crash does.</summary>
    public void Crash()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>Asks the agent to stop, as Kubernetes does; its exit code.</summary>
    public async Task<int> StopAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        _ = Kill(_process.Id, TerminateSignal);
        await _process.WaitForExitAsync(patience.Token);
        return _process.ExitCode;
    }

    public ValueTask DisposeAsync()
    {
        if (IsRunning)
        {
            _process.Kill();
            _process.WaitForExit();
        }
        _process.Dispose();
        _client.Dispose();
        _storage?.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    private long StatusBytes(string name)
    {
        string line = File.ReadLines($"/proc/{_process.Id}/status").First(line => line.StartsWith(name, StringComparison.Ordinal));
        return long.Parse(line.AsSpan(name.Length).Trim().TrimEnd("kB").Trim(), CultureInfo.InvariantCulture) * 1024;
    }

    private async Task BecomeReadyAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        var ready = new Uri(Address, "/-/ready");
        while (!_process.HasExited)
        {
            try
            {
                using HttpResponseMessage answer = await _client.GetAsync(ready, patience.Token);
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }
            catch (OperationCanceledException)
            {
                throw Failure("the agent did not become ready");
            }
            await Task.Delay(Pause, TimeProvider.System, CancellationToken.None);
        }
        await _process.WaitForExitAsync(patience.Token);
        throw Failure($"the agent ended with exit code {_process.ExitCode} before it was ready");
    }

    private void Take(string? line)
    {
        if (line is not null)
        {
            ImmutableInterlocked.Update(ref _lines, static (lines, added) => lines.Add(added), line);
            Interlocked.Exchange(ref _news, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
        }
    }

    private InvalidOperationException Failure(string what) =>
        new($"{what}; it wrote:\n{string.Join('\n', Lines.TakeLast(100))}");

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
