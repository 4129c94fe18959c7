using System.Net;
using System.Text.Json;
using Agent.Runtime;
using Agent.Runtime.Configuration;
using Agent.Runtime.Graph;
using Agent.Runtime.StandardLibrary;
using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Memory;
using Agent.Sdk.Metrics;
using Agent.Web.Access;
using Agent.Web.LiveDebugging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Agent.Web.Tests;

/// <summary>A server on a free loopback port before a real graph.</summary>
internal sealed class WebHarness : IAsyncDisposable
{
    private readonly AgentRuntime _runtime;
    private WebServer? _server;

    private WebHarness(string configuration)
    {
        Configuration = configuration;
        var library = new StandardLibraryScope(new StandardLibraryOptions());
        Services = new GraphServices
        {
            Catalog = new BlockCatalog(
                new ComponentCatalog(GeneratedCatalog.Components, []),
                [
                    ConfigBlockNode.Describe<HttpBlock, HttpBlock.Arguments>(Block("http"), _ => new HttpBlock(Access)),
                    ConfigBlockNode.Describe<LiveDebuggingBlock, LiveDebuggingBlock.Arguments>(Block("livedebugging"), _ => new LiveDebuggingBlock(Live)),
                ]),
            Metrics = new MetricRegistry(),
            Logging = NullLoggerFactory.Instance,
            Time = TimeProvider.System,
            Globals = library,
            StoragePath = Path.GetTempPath(),
        };
        _runtime = new AgentRuntime(Services, library, Stability.Experimental);
        Client = Plain();
    }

    public GraphServices Services { get; }

    /// <summary>The second controller, once a test has made one.</summary>
    public AgentRuntime? Remote { get; private set; }

    public HttpAccess Access { get; } = new();

    public LiveDebuggingState Live { get; } = new();

    public string Configuration { get; set; }

    public HttpClient Client { get; }

    public IReadOnlyList<ComponentNode> Nodes => _runtime.Graph.Nodes;

    public int Port => _server!.Port;

    /// <param name="configuration">Loaded before the first request, unless <paramref name="load"/> is false.</param>
    public static Task<WebHarness> StartAsync(string configuration = "", string prefix = "/", bool load = true) =>
        StartAsync(configuration, new WebOptions { ListenAddress = "127.0.0.1:0", PathPrefix = prefix, Flags = ["--storage.path=/data"], Version = "1.2.3" }, load);

    public static async Task<WebHarness> StartAsync(string configuration, WebOptions options, bool load = true, Func<MemoryState>? memory = null)
    {
        var harness = new WebHarness(configuration);
        harness._server = await WebServer.StartAsync(
            options,
            new WebServices
            {
                Runtime = harness._runtime,
                Remote = () => harness.Remote,
                Catalog = harness.Services.Catalog,
                Metrics = harness.Services.Metrics,
                Logging = NullLoggerFactory.Instance,
                Time = TimeProvider.System,
                Access = harness.Access,
                LiveDebugging = harness.Live,
                Memory = memory,
                Reload = harness.LoadAsync,
                RecentLog = static () => ["a line", "another"],
                LogSince = static after => (2, after == 0 ? ["a line", "another"] : []),
                Reference = static name => name == "test.note" ? "# test.note\n" : null,
            });
        if (load)
        {
            LoadResult result = await harness.LoadAsync();
            Assert.True(result.Success, result.ErrorText);
        }
        return harness;
    }

    public async Task<LoadResult> LoadAsync()
    {
        LoadResult result = await _runtime.LoadAsync(diagnostics => ConfigurationSource.Parse("test.alloy", Configuration, diagnostics));
        if (result.Success)
        {
            _server!.Admit();
        }
        return result;
    }

    /// <summary>Loads what a server of remote configurations might send.</summary>
    public async Task LoadRemoteAsync(string configuration)
    {
        var library = new StandardLibraryScope(new StandardLibraryOptions());
        Remote ??= new AgentRuntime(Services with { RootPath = "remotecfg" }, library, Stability.Experimental);
        LoadResult result = await Remote.LoadAsync(diagnostics => ConfigurationSource.Parse("remotecfg", configuration, diagnostics));
        Assert.True(result.Success, result.ErrorText);
    }

    public string Url(string path, string scheme = "http") => $"{scheme}://127.0.0.1:{Port}{path}";

    public async Task<(HttpStatusCode Status, string Body)> GetAsync(string path, string scheme = "http")
    {
        using HttpResponseMessage response = await Client.GetAsync(new Uri(Url(path, scheme)));
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>The data of an answer of the API, whose status has to be good.</summary>
    public async Task<JsonElement> DataAsync(string path)
    {
        (HttpStatusCode status, string body) = await GetAsync("/api/v1/" + path);
        Assert.True(status == HttpStatusCode.OK, body);
        return Data(body);
    }

    /// <summary>Posts as the UI does.</summary>
    public async Task<(HttpStatusCode Status, string Body)> PostAsync(string path, string body = "", params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Url("/api/v1/" + path));
        request.Content = new StringContent(body);
        foreach ((string name, string value) in headers.Length > 0 ? headers : [(SameOrigin.Header, "test")])
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }
        using HttpResponseMessage response = await Client.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    public static JsonElement Data(string body)
    {
        using JsonDocument document = JsonDocument.Parse(body);
        Assert.Equal("success", document.RootElement.GetProperty("status").GetString());
        return document.RootElement.GetProperty("data").Clone();
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _runtime.DisposeAsync();
        if (Remote is not null)
        {
            await Remote.DisposeAsync();
        }
        await _server!.DisposeAsync();
    }

    /// <summary>A client with connections of its own that accepts the test's certificate.</summary>
    public static HttpClient Plain()
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false };
#pragma warning disable CA5359 // The certificate is the test's own.
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
        return new HttpClient(handler);
    }

    private static ConfigBlockDescriptor Block(string name) => Agent.Web.GeneratedCatalog.ConfigBlocks.First(block => block.Name == name);
}
