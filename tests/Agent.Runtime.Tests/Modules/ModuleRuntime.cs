using Agent.Runtime.Graph;
using Agent.Runtime.StandardLibrary;
using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Metrics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Agent.Runtime.Tests.Modules;

/// <summary>A runtime in a folder of its own, with the test components and the imports of the build.</summary>
internal sealed class ModuleRuntime : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("invar-modules-");

    public ModuleRuntime(Stability minimum = Stability.Experimental, TimeProvider? time = null, ILoggerFactory? logging = null)
    {
        var library = new StandardLibraryScope(new StandardLibraryOptions());
        Services = new GraphServices
        {
            Catalog = Catalog,
            Metrics = Metrics,
            Logging = logging ?? NullLoggerFactory.Instance,
            Time = time ?? TimeProvider.System,
            Globals = library,
            StoragePath = PathOf("storage"),
        };
        Agent = new AgentRuntime(Services, library, minimum);
    }

    public static BlockCatalog Catalog { get; } = new(
        new ComponentCatalog(
            [
                .. global::Agent.Runtime.Tests.GeneratedCatalog.Components,
                .. global::Agent.Components.GeneratedCatalog.Components.Where(static component => component.Name.StartsWith("import.", StringComparison.Ordinal)),
            ],
            []),
        []);

    public GraphServices Services { get; }

    public MetricRegistry Metrics { get; } = new();

    public AgentRuntime Agent { get; }

    public IEnumerable<string> Ids => Agent.Graph.Nodes.Select(static node => node.Id);

    /// <summary>What <c>test.value.end</c> exports: where the tests of imports look.</summary>
    public string End => Node("test.value.end").Exports!["output"].ToString()!;

    public string PathOf(string name) => Path.Combine(_folder.FullName, name);

    /// <summary>Replaced as a whole, as ConfigMaps and editors do.</summary>
    public void Write(string name, string text)
    {
        string path = PathOf(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path + "~", text);
        File.Move(path + "~", path, overwrite: true);
    }

    public Task<LoadResult> LoadAsync(string text)
    {
        Write("main.alloy", text);
        return Agent.LoadAsync(PathOf("main.alloy"));
    }

    public async Task LoadGoodAsync(string text)
    {
        LoadResult result = await LoadAsync(text);
        Assert.True(result.Success, result.ErrorText);
    }

    public ComponentNode Node(string id) => Agent.Graph.Nodes.Single(node => node.Id == id);

    public NodeHealth ImportHealth(string id) => Node(id).Health.Current;

    public T Component<T>(string id) => (T)Node(id).Component;

    public async ValueTask DisposeAsync()
    {
        await Agent.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
