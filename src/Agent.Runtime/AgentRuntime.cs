using Agent.Runtime.Configuration;
using Agent.Runtime.Evaluation;
using Agent.Runtime.Graph;
using Agent.Runtime.Validation;
using Agent.Sdk.Declarations;
using Agent.Sdk.Http;
using Agent.Syntax;
using Microsoft.Extensions.Logging;

namespace Agent.Runtime;

/// <summary>Loads a configuration, runs its graph, and loads it again on request.</summary>
/// <param name="services">What the graph needs.</param>
/// <param name="names">The names that expressions may use.</param>
/// <param name="minimum">The least settled components that are allowed.</param>
public sealed partial class AgentRuntime(GraphServices services, IExpressionNames names, Stability minimum) : IAsyncDisposable
{
    private readonly SemaphoreSlim _loading = new(1, 1);
    private readonly ILogger _logger = services.Logging.CreateLogger("runtime");
    private readonly GraphPlanner _planner = new(services.Catalog, names, minimum) { Apart = services.RootPath };
    private LoadResult? _last;
    private LoadResult? _running;

    public ComponentGraph Graph { get; } = new(services);

    /// <summary>In front of the ids of all nodes; empty for the first controller.</summary>
    public string RootPath => services.RootPath;

    /// <summary>HTTP paths of the running components.</summary>
    public LocalHttp Local => services.Local;

    /// <summary>The last attempt; null before the first.</summary>
    public LoadResult? LastLoad => Volatile.Read(ref _last);

    /// <summary>The last attempt that succeeded: what runs now. Null while nothing runs.</summary>
    public LoadResult? Running => Volatile.Read(ref _running);

    /// <summary>Raised after each attempt.</summary>
    public event Action<LoadResult>? Loaded;

    /// <summary>Reads <paramref name="path"/> and brings the graph to it. On any error the running graph is left as it is.</summary>
    public Task<LoadResult> LoadAsync(string path) =>
        LoadAsync(diagnostics => ConfigurationReader.Read(path, diagnostics));

    /// <summary>The same for a configuration that <paramref name="read"/> gives.</summary>
    public async Task<LoadResult> LoadAsync(Func<DiagnosticBag, ConfigurationSource?> read)
    {
        await _loading.WaitAsync().ConfigureAwait(false);
        try
        {
            LoadResult result = await LoadOnceAsync(read).ConfigureAwait(false);
            Report(result, isFirst: _last is null);
            Volatile.Write(ref _last, result);
            if (result.Success)
            {
                Volatile.Write(ref _running, result);
            }
            Loaded?.Invoke(result);
            return result;
        }
        finally
        {
            _loading.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _loading.WaitAsync().ConfigureAwait(false);
        await Graph.DisposeAsync().ConfigureAwait(false);
        _loading.Dispose();
    }

    private async Task<LoadResult> LoadOnceAsync(Func<DiagnosticBag, ConfigurationSource?> read)
    {
        long start = services.Time.GetTimestamp();
        var diagnostics = new DiagnosticBag();
        ConfigurationSource? source = read(diagnostics);
        bool success = false;
        if (source is not null && !diagnostics.HasErrors)
        {
            GraphPlan plan = _planner.Plan(source.Statements, diagnostics);
            success = !diagnostics.HasErrors && await Graph.LoadAsync(plan, diagnostics, source.Folder).ConfigureAwait(false);
            ConfigurationChecks.Loaded(plan, services, Graph.NodesOf(RootPath), diagnostics);
        }
        return new LoadResult(success, services.Time.GetUtcNow(), services.Time.GetElapsedTime(start), source, [.. diagnostics.Distinct()]);
    }

    /// <summary>The errors of a first load are printed, with their lines, by whoever starts the agent.</summary>
    private void Report(LoadResult result, bool isFirst)
    {
        foreach (Diagnostic diagnostic in result.Diagnostics)
        {
            if (diagnostic.Severity == Severity.Warning)
            {
                LogWarning(_logger, diagnostic);
            }
            else if (!isFirst)
            {
                LogError(_logger, diagnostic);
            }
        }
        if (result.Success)
        {
            LogLoaded(_logger, result.Duration);
        }
        else
        {
            LogFailed(_logger);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "config loaded in {Duration}")]
    private static partial void LogLoaded(ILogger logger, TimeSpan duration);

    [LoggerMessage(Level = LogLevel.Error, Message = "failed to load config, what runs is left as it is")]
    private static partial void LogFailed(ILogger logger);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Diagnostic}")]
    private static partial void LogWarning(ILogger logger, Diagnostic diagnostic);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Diagnostic}")]
    private static partial void LogError(ILogger logger, Diagnostic diagnostic);
}
