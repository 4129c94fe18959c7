using System.Net.Sockets;
using Agent.Runtime;
using Agent.Runtime.Configuration;
using Agent.Syntax;

namespace Agent.Run;

/// <summary>One run of the agent from its start to its end.</summary>
internal sealed partial class AgentProcess(RunningAgent agent, Terminal terminal, RunOptions options)
{
    /// <summary>Kubernetes kills 30 s after it asked: everything is settled well before.</summary>
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(25);

    private readonly ILogger _logger = agent.State.Log.CreateLogger("agent");

    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(AgentBuild build, Terminal terminal, RunOptions options)
    {
        using RunningAgent agent = RunningAgent.Create(build, options);
        var process = new AgentProcess(agent, terminal, options);
        using var signals = new Signals();
        return await process.RunAsync(signals).ConfigureAwait(false);
    }

    private async Task<int> RunAsync(Signals signals)
    {
        LogStarting(_logger, AgentBuild.Version, options.Memory);
        foreach (IgnoredFlag flag in options.Ignored)
        {
            LogIgnored(_logger, flag.Name, flag.Reason);
        }
        try
        {
            await agent.ListenAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or SocketException or FormatException or UnauthorizedAccessException)
        {
            return terminal.Fail($"cannot listen for HTTP on {options.ListenAddress}: {exception.Message}");
        }
        LogListening(_logger, options.ListenAddress);
        int exit = await LoadFirstAsync().ConfigureAwait(false);
        if (exit == 0)
        {
            agent.AdmitRequests();
            LogRunning(_logger);
            await ServeAsync(signals).ConfigureAwait(false);
        }
        await StopAsync().ConfigureAwait(false);
        return exit;
    }

    private async Task<int> LoadFirstAsync()
    {
        LoadResult result = await agent.LoadAsync().ConfigureAwait(false);
        if (!result.Success)
        {
            new DiagnosticPrinter(terminal.Error) { Color = terminal.Color }.Print(result.Diagnostics);
            terminal.Error.WriteLine();
            return terminal.Fail("could not perform the initial load successfully");
        }
        // A server that was to be guarded must not go on unguarded.
        return agent.Unguarded is { } cause ? terminal.Fail($"cannot apply the http block: {cause}") : 0;
    }

    private async Task ServeAsync(Signals signals)
    {
        using var stop = new CancellationTokenSource();
        Task watching = options.Watch
            ? new ConfigurationWatcher(options.Path, TimeProvider.System).RunAsync(ReloadAsync, stop.Token)
            : Task.CompletedTask;
        await foreach (bool _ in signals.Reloads.ConfigureAwait(false))
        {
            await ReloadAsync().ConfigureAwait(false);
        }
        await stop.CancelAsync().ConfigureAwait(false);
        await watching.ConfigureAwait(false);
        LogStopping(_logger);
    }

    private Task ReloadAsync() => agent.ReloadAsync();

    private async Task StopAsync()
    {
        try
        {
            await agent.StopAsync().WaitAsync(StopTime).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            LogStuck(_logger, StopTime);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "agent is starting, version {Version}, memory limit {MemoryLimit}")]
    private static partial void LogStarting(ILogger logger, string version, MemoryLimit memoryLimit);

    [LoggerMessage(Level = LogLevel.Warning, Message = "flag {Flag} has no effect: {Reason}")]
    private static partial void LogIgnored(ILogger logger, string flag, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "now listening for http traffic on {Addr}")]
    private static partial void LogListening(ILogger logger, string addr);

    [LoggerMessage(Level = LogLevel.Information, Message = "agent is running")]
    private static partial void LogRunning(ILogger logger);

    [LoggerMessage(Level = LogLevel.Information, Message = "agent is stopping")]
    private static partial void LogStopping(ILogger logger);

    [LoggerMessage(Level = LogLevel.Error, Message = "components did not stop within {Limit}; the process ends without them")]
    private static partial void LogStuck(ILogger logger, TimeSpan limit);
}
