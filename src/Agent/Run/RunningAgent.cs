using Agent.Docs;
using Agent.Runtime;
using Agent.Runtime.Graph;
using Agent.Runtime.Logging;
using Agent.Runtime.SelfMetrics;
using Agent.Runtime.StandardLibrary;
using Agent.Sdk;
using Agent.Sdk.Http;
using Agent.Sdk.Memory;
using Agent.Sdk.Metrics;
using Agent.Web;
using Agent.Web.Access;
using Agent.Web.LiveDebugging;

namespace Agent.Run;

/// <summary>The parts of a running agent, put together.</summary>
internal sealed partial class RunningAgent : IDisposable
{
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(20);
    private readonly RunOptions _options;
    private readonly BlockCatalog _catalog;
    private readonly MetricRegistry _metrics;
    private readonly RuntimeMetrics _runtimeMetrics;
    private readonly SettledMemory _memory;
    private readonly ProcessMemory _process = new();
    private readonly MemoryWatch _watch;
    private readonly ILogger _logger;
    private WebServer? _server;

    private RunningAgent(RunOptions options, AgentState state, GraphServices services, StandardLibraryScope library)
    {
        _options = options;
        _catalog = services.Catalog;
        _metrics = services.Metrics;
        State = state;
        _logger = state.Log.CreateLogger("agent");
        Runtime = new AgentRuntime(services, library, options.Stability);
        state.Remote.Prepare(
            () => new AgentRuntime(services with { RootPath = RemoteGraph.Name }, library, options.Stability), options.Path);
        _runtimeMetrics = new RuntimeMetrics(_metrics, Runtime);
        _memory = new SettledMemory(Runtime, services.Time, SettledMemory.Resident, SettledMemory.Collect);
        _watch = new MemoryWatch(
            services.Memory, HeapLimit.Raise(options.Memory), services.Time, new MemoryMeans(_process.Used, SettledMemory.CollectAll, _logger));
        MemoryMetrics.Register(_metrics.Scope(), () => _watch.State);
        ProcessMetrics.Register(_metrics.Scope(), AgentBuild.Version);
    }

    public AgentRuntime Runtime { get; }

    public AgentState State { get; }

    /// <summary>How much of the byte budget is in use, at any time.</summary>
    public MemoryState Memory => _watch.State;

    /// <summary>Why the <c>http</c> block of the running configuration could not be applied; null where it could, or where there is none.</summary>
    public string? Unguarded => Runtime.Graph.Nodes.FirstOrDefault(static node => node.Id == "http") is { Arguments: null } node
        ? node.Health.Current.Message
        : null;

    public static RunningAgent Create(AgentBuild build, RunOptions options)
    {
        var log = new AgentLog(Console.OpenStandardError(), TimeProvider.System);
        var state = new AgentState(log, new HttpAccess(), new LiveDebuggingState());
        var library = new StandardLibraryScope(new StandardLibraryOptions { Version = AgentBuild.Version });
        var services = new GraphServices
        {
            Catalog = build.Catalog(state),
            Metrics = new MetricRegistry(),
            Logging = log,
            Time = TimeProvider.System,
            Globals = library,
            StoragePath = options.StoragePath,
            Local = new LocalHttp(options.MemoryAddress),
            Options = options.Components,
            StopLimit = options.ShutdownDeadline < LongestStop ? options.ShutdownDeadline : LongestStop,
        };
        return new RunningAgent(options, state, services, library);
    }

    /// <exception cref="IOException">The port is taken.</exception>
    public async Task ListenAsync()
    {
        var web = new WebOptions
        {
            ListenAddress = _options.ListenAddress,
            PathPrefix = _options.PathPrefix,
            SupportBundle = _options.SupportBundle,
            AllowsChanges = !_options.ReadOnly,
            RawScrapes = _options.RawScrapes,
            Flags = _options.Flags,
            Version = AgentBuild.Version,
            Revision = AgentBuild.Revision,
        };
        _server = await WebServer.StartAsync(web, new WebServices
        {
            Runtime = Runtime,
            Remote = () => State.Remote.Runtime,
            Catalog = _catalog,
            Metrics = _metrics,
            Logging = State.Log,
            Time = TimeProvider.System,
            Access = State.Access,
            LiveDebugging = State.LiveDebugging,
            Reload = ReloadAsync,
            RecentLog = () => State.Log.Recent,
            LogSince = State.Log.Since,
            Memory = () => Memory,
            Reference = ReferenceOf,
        }).ConfigureAwait(false);
    }

    /// <summary>Until this is called the server only says that it is not ready.</summary>
    public void AdmitRequests() => _server?.Admit();

    /// <summary>Reads the configuration, converts it where need be, and brings the graph to it.</summary>
    public Task<LoadResult> LoadAsync() => Runtime.LoadAsync(diagnostics => _options.Format.Read(_options.Path, diagnostics));

    public async Task<LoadResult> ReloadAsync()
    {
        LoadResult result = await LoadAsync().ConfigureAwait(false);
        if (result.Success)
        {
            LogReloaded(_logger);
        }
        else
        {
            LogNotReloaded(_logger, result.ErrorText);
        }
        return result;
    }

    /// <summary>Components first: whoever looks sees them stop.</summary>
    public async Task StopAsync()
    {
        State.Access.Freeze();
        // At once: each has its own producers and sinks, and the process has one time to stop.
        await Task.WhenAll(Runtime.DisposeAsync().AsTask(), State.Remote.DisposeAsync().AsTask()).ConfigureAwait(false);
        if (_server is not null)
        {
            await _server.DisposeAsync().ConfigureAwait(false);
        }
    }

    private string? ReferenceOf(string name) => _catalog.Components.TryGet(name, out ComponentDescriptor? component) ? ComponentReference.Write(component) : null;

    public void Dispose()
    {
        _memory.Dispose();
        _watch.Dispose();
        _process.Dispose();
        _runtimeMetrics.Dispose();
        State.Log.Dispose();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "config reloaded")]
    private static partial void LogReloaded(ILogger logger);

    [LoggerMessage(Level = LogLevel.Error, Message = "failed to reload config: {Err}")]
    private static partial void LogNotReloaded(ILogger logger, string err);
}
