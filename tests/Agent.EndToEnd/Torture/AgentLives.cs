using System.Net;

namespace Agent.EndToEnd.Torture;

/// <summary>One agent after the other on the same workspace, and what they left behind.</summary>
/// <param name="workspace">Where they run.</param>
/// <param name="configuration">What they run, by the number of reloads.</param>
/// <param name="losses">The self-metric that counts what they gave up.</param>
internal sealed class AgentLives(Workspace workspace, Func<int, string> configuration, string losses) : IAsyncDisposable
{
    private const int KeptLines = 200;
    private readonly Queue<string> _log = new();
    private RunningAgent? _agent;

    public int Starts { get; private set; }

    public int Kills { get; private set; }

    public int Stops { get; private set; }

    public int Reloads { get; private set; }

    public TimeSpan SlowestStop { get; private set; }

    /// <summary>Most bytes that any of them had resident.</summary>
    public long PeakMemory { get; private set; }

    /// <summary>What the self-metric of losses came to, as far as it was read before an agent ended.</summary>
    public double Dropped { get; private set; }

    public async Task StartAsync()
    {
        if (Starts++ == 0)
        {
            workspace.Configure(configuration(0));
        }
        _agent = await RunningAgent.StartAsync(workspace);
    }

    /// <summary>Ends it as a crash does.</summary>
    public async Task KillAsync()
    {
        await RememberAsync();
        Kills++;
        _agent!.Crash();
        await EndAsync();
    }

    /// <summary>Asks it to stop; fails unless it does so with exit code 0 and within 30 s.</summary>
    public async Task StopAsync()
    {
        await RememberAsync();
        Stops++;
        long started = TimeProvider.System.GetTimestamp();
        Assert.Equal(0, await _agent!.StopAsync());
        TimeSpan took = TimeProvider.System.GetElapsedTime(started);
        SlowestStop = took > SlowestStop ? took : SlowestStop;
        await EndAsync();
    }

    /// <summary>Changes the configuration and makes the agent read it.</summary>
    public async Task ReloadAsync()
    {
        Reloads++;
        workspace.Configure(configuration(Reloads));
        (HttpStatusCode status, string body) = await _agent!.ReloadAsync();
        Assert.True(status == HttpStatusCode.OK, $"reload: {status} {body}");
    }

    /// <summary>Fails where the agent has ended by itself.</summary>
    public void Check() => Assert.True(_agent!.IsRunning, "the agent ended by itself");

    /// <summary>A self-metric of the one that runs.</summary>
    public async Task<double> MetricAsync(string name) => await _agent!.MetricAsync(name) ?? 0;

    /// <summary>The last lines that the agents wrote, but for those that every rotation causes.</summary>
    public IReadOnlyList<string> LastLines() => [.. _log.Concat(Telling(_agent)).TakeLast(KeptLines)];

    public ValueTask DisposeAsync() => _agent is null ? ValueTask.CompletedTask : EndAsync();

    private async Task RememberAsync()
    {
        Check();
        PeakMemory = Math.Max(PeakMemory, _agent!.PeakMemory());
        Dropped += await _agent.MetricAsync(losses) ?? 0;
    }

    private async ValueTask EndAsync()
    {
        RunningAgent agent = _agent!;
        _agent = null;
        await agent.DisposeAsync();
        string end = $"--- end of life {Starts} ---";
        await File.AppendAllLinesAsync(workspace.PathOf("agent.log"), agent.Lines.Append(end));
        foreach (string line in Telling(agent).TakeLast(KeptLines).Append(end))
        {
            _log.Enqueue(line);
        }
        while (_log.Count > KeptLines)
        {
            _log.Dequeue();
        }
    }

    private static IEnumerable<string> Telling(RunningAgent? agent) =>
        agent?.Lines.Where(static line => !line.EndsWith("component_id=loki.source.file.logs", StringComparison.Ordinal) || !line.Contains(": new file\"", StringComparison.Ordinal)) ?? [];
}
