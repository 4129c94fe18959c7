using Agent.Runtime;
using Agent.Sdk;
using Agent.Sdk.Http;
using Agent.Web.Access;
using Agent.Web.Metrics;
using Agent.Web.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Agent.Web;

/// <summary>What probes, sidecars and scrapers ask for; these paths have no prefix.</summary>
internal sealed partial class ControlEndpoints
{
    public const string NotReady = "Alloy is not ready.";

    private readonly WebOptions _options;
    private readonly WebServices _services;
    private readonly SupportBundleEndpoint _bundle;
    private readonly ComponentEndpoint _components;
    private readonly ILogger _logger;
    private readonly Dictionary<string, RequestDelegate> _byPath;

    public ControlEndpoints(WebOptions options, WebServices services, CancellationToken stop)
    {
        _options = options;
        _services = services;
        _logger = services.Logging.CreateLogger("http");
        _bundle = new SupportBundleEndpoint(options, services, stop);
        _components = new ComponentEndpoint(services.Runtime.Local, stop);
        var metrics = new MetricsEndpoint(services.Metrics);
        _byPath = new(StringComparer.Ordinal)
        {
            ["/-/ready"] = ReadyAsync,
            ["/-/healthy"] = HealthyAsync,
            ["/-/reload"] = ReloadAsync,
            ["/-/support"] = SupportAsync,
            ["/metrics"] = metrics.HandleAsync,
        };
    }

    public RequestDelegate? Find(string path)
    {
        if (path.StartsWith("/debug/pprof", StringComparison.Ordinal))
        {
            return static context => context.NotFoundAsync("there are no Go profiles: this agent does not run on Go");
        }
        if (path.StartsWith(LocalHttp.Root, StringComparison.Ordinal))
        {
            return _components.HandleAsync;
        }
        return _byPath.GetValueOrDefault(path);
    }

    private Task ReadyAsync(HttpContext context) => _services.Runtime.Running is null
        ? context.TextAsync(StatusCodes.Status503ServiceUnavailable, NotReady)
        : context.TextAsync(StatusCodes.Status200OK, "Alloy is ready.");

    private Task HealthyAsync(HttpContext context)
    {
        List<string> unhealthy = [.. _services.Runtime.Graph.NodesOf("")
            .Where(static node => node.Health.Current.State == HealthState.Unhealthy)
            .Select(static node => node.Definition.Descriptor.Name)];
        return unhealthy.Count == 0
            ? context.TextAsync(StatusCodes.Status200OK, "All Alloy components are healthy.")
            : context.TextAsync(StatusCodes.Status500InternalServerError, "unhealthy components: " + string.Join(", ", unhealthy));
    }

    private async Task ReloadAsync(HttpContext context)
    {
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsPost(context.Request.Method))
        {
            await context.RefuseMethodAsync("GET, POST").ConfigureAwait(false);
            return;
        }
        if (!_options.AllowsChanges || SameOrigin.IsForeign(context.Request))
        {
            await context.TextAsync(
                StatusCodes.Status403Forbidden,
                _options.AllowsChanges ? "another site must not reload this agent" : "this agent allows no changes over HTTP (--server.http.read-only)").ConfigureAwait(false);
            return;
        }
        LogRequested(_logger);
        LoadResult result = await _services.Reload().ConfigureAwait(false);
        Task answer = result.Success
            ? context.TextAsync(StatusCodes.Status200OK, "config reloaded")
            : context.TextAsync(StatusCodes.Status400BadRequest, result.ErrorText);
        await answer.ConfigureAwait(false);
    }

    private Task SupportAsync(HttpContext context) => _options.SupportBundle
        ? _bundle.HandleAsync(context)
        : context.TextAsync(
            StatusCodes.Status403Forbidden,
            "support bundle generation is disabled; it can be re-enabled by removing the --server.http.disable-support-bundle flag");

    [LoggerMessage(Level = LogLevel.Information, Message = "reload requested via /-/reload endpoint")]
    private static partial void LogRequested(ILogger logger);
}
