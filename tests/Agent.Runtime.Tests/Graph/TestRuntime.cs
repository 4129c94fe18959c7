using Agent.Runtime.Configuration;
using Agent.Runtime.Evaluation;
using Agent.Runtime.Graph;
using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Metrics;
using Agent.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Agent.Runtime.Tests.Graph;

/// <summary>A runtime over the test components: configuration text in.</summary>
internal sealed class TestRuntime : IAsyncDisposable
{
    public TestRuntime()
    {
        var services = new GraphServices
        {
            Catalog = Catalog,
            Metrics = Metrics,
            Logging = NullLoggerFactory.Instance,
            Time = Time,
            Globals = new VariableScope(new Dictionary<string, Agent.Syntax.Values.Value>()),
            StoragePath = Path.GetTempPath(),
        };
        Agent = new AgentRuntime(services, new NoNames(), Stability.GenerallyAvailable);
    }

    public static BlockCatalog Catalog { get; } =
        new(new ComponentCatalog(global::Agent.Runtime.Tests.GeneratedCatalog.Components, []), []);

    public FakeTimeProvider Time { get; } = new();

    public MetricRegistry Metrics { get; } = new();

    public AgentRuntime Agent { get; }

    public Task<LoadResult> LoadAsync(string text) =>
        Agent.LoadAsync(diagnostics => ConfigurationSource.Parse("test.alloy", text, diagnostics));

    public ComponentNode Node(string id) => Agent.Graph.Nodes.Single(node => node.Id == id);

    public T Component<T>(string id) => (T)Node(id).Component;

    public ValueTask DisposeAsync() => Agent.DisposeAsync();
}

/// <summary>No names but those of nodes.</summary>
internal sealed class NoNames : IExpressionNames
{
    public bool Contains(string root) => false;

    public bool IsDeprecated(string root) => false;

    public Stability StabilityOf(string dotted) => Stability.GenerallyAvailable;
}
