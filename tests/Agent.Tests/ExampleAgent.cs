using Agent.Runtime;
using Agent.Runtime.Configuration;
using Agent.Runtime.Graph;
using Agent.Runtime.Logging;
using Agent.Runtime.StandardLibrary;
using Agent.Sdk.Declarations;
using Agent.Sdk.Metrics;
using Agent.Web.Access;
using Agent.Web.LiveDebugging;

namespace Agent.Tests;

/// <summary>A runtime with every component of the build, in this process.</summary>
internal sealed class ExampleAgent : IAsyncDisposable
{
    private readonly AgentLog _log = new(Stream.Null, TimeProvider.System);
    private readonly string _storage = Directory.CreateTempSubdirectory("invar-test-").FullName;

    public ExampleAgent()
    {
        var library = new StandardLibraryScope(new StandardLibraryOptions { Version = AgentBuild.Version });
        Runtime = new AgentRuntime(
            new GraphServices
            {
                Catalog = Shell.Build.Catalog(new AgentState(_log, new HttpAccess(), new LiveDebuggingState())),
                Metrics = new MetricRegistry(),
                Logging = _log,
                Time = TimeProvider.System,
                Globals = library,
                StoragePath = _storage,
            },
            library,
            Stability.Experimental);
    }

    public AgentRuntime Runtime { get; }

    /// <summary>What was logged.</summary>
    public IReadOnlyList<string> Log => _log.Recent;

    public async Task LoadAsync(string text)
    {
        LoadResult result = await Runtime.LoadAsync(diagnostics => ConfigurationSource.Parse("example.alloy", text, diagnostics));
        Assert.True(result.Success, result.ErrorText);
    }

    public ComponentNode Node(string component) => Runtime.Graph.Nodes.First(node => node.Definition.Descriptor.Name == component);

    public ValueTask DisposeAsync()
    {
        _log.Dispose();
        Directory.Delete(_storage, recursive: true);
        return ValueTask.CompletedTask;
    }
}
