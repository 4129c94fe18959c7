using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Agent.Runtime;
using Agent.Runtime.Graph;
using Agent.Web.Prometheus;
using Microsoft.AspNetCore.Http;

namespace Agent.Web.Api;

/// <summary>The API behind the pages, as Alloy's: internal to the two, and not stable.</summary>
internal sealed class ApiEndpoints(WebServices services, CancellationToken stop)
{
    public const string Root = "/api/v0/web/";

    private const string ModuleRoot = "modules/";
    private const string ModuleList = "/components";
    private const string GraphRoot = "graph/";
    private const string RemoteRoot = "remotecfg/";

    private const int DefaultWindowSeconds = 5;
    private const int LongestWindowSeconds = 60;

    /// <summary>Ends each record of a stream, so that a reader finds it though it comes in pieces.</summary>
    private static ReadOnlySpan<byte> Delimiter => "|;|"u8;

    /// <summary>The second controller answers to the same paths behind its name.</summary>
    public Task HandleAsync(HttpContext context, string path)
    {
        if (!path.StartsWith(RemoteRoot, StringComparison.Ordinal))
        {
            return HandleAsync(context, path, services.Runtime);
        }
        return services.Remote() is { } remote
            ? HandleAsync(context, path[RemoteRoot.Length..], remote)
            : context.TextAsync(StatusCodes.Status503ServiceUnavailable, "remote config service not available");
    }

    private Task HandleAsync(HttpContext context, string path, AgentRuntime runtime)
    {
        if (path == "components")
        {
            return JsonAsync(context, json => Components(View(runtime)).WriteList(json));
        }
        if (path.StartsWith("components/", StringComparison.Ordinal))
        {
            return ComponentAsync(context, path["components/".Length..], runtime);
        }
        if (path.StartsWith(ModuleRoot, StringComparison.Ordinal) && path.EndsWith(ModuleList, StringComparison.Ordinal))
        {
            string module = path[ModuleRoot.Length..Math.Max(ModuleRoot.Length, path.Length - ModuleList.Length)];
            return JsonAsync(context, json => Components(View(runtime, module)).WriteList(json));
        }
        if (path.StartsWith(GraphRoot, StringComparison.Ordinal))
        {
            return GraphAsync(context, path[GraphRoot.Length..], runtime);
        }
        return path switch
        {
            "graph" => GraphAsync(context, "", runtime),
            "peers" => JsonAsync(context, WriteNothing),
            _ => context.NotFoundAsync("404 page not found"),
        };
    }

    private static void WriteNothing(Utf8JsonWriter json)
    {
        json.WriteStartArray();
        json.WriteEndArray();
    }

    private GraphView View(AgentRuntime runtime, string module = "") =>
        new(runtime.Graph, services.Catalog, module.Length > 0 ? module : runtime.RootPath);

    private ComponentJson Components(GraphView view) => new(view, services.LiveDebugging.Enabled);

    /// <summary>By its global id; what stands at a root has a local one too.</summary>
    private Task ComponentAsync(HttpContext context, string id, AgentRuntime runtime)
    {
        GraphView root = View(runtime);
        return (root.Find(id) ?? root.Find($"{runtime.RootPath}/{id}")) is { } node
            ? WriteAsync(context, Components(View(runtime, node.ModuleId)), node)
            : context.NotFoundAsync("404 page not found");
    }

    private static async Task WriteAsync(HttpContext context, ComponentJson components, ComponentNode node)
    {
        context.Response.ContentType = "application/json";
        using var output = new JsonStream(context.Response.BodyWriter);
        await components.WriteAsync(output, node, context.RequestAborted).ConfigureAwait(false);
        await output.FlushAsync(context.RequestAborted).ConfigureAwait(false);
    }

    private async Task GraphAsync(HttpContext context, string module, AgentRuntime runtime)
    {
        string? wanted = context.Request.Query["window"];
        int seconds = DefaultWindowSeconds;
        if (!string.IsNullOrEmpty(wanted)
            && (!int.TryParse(wanted, NumberStyles.None, CultureInfo.InvariantCulture, out seconds) || seconds is < 1 or > LongestWindowSeconds))
        {
            await context.TextAsync(StatusCodes.Status400BadRequest, "Invalid window: must be an integer between 1 and 60").ConfigureAwait(false);
            return;
        }
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stop);
        context.Response.ContentType = "text/plain; charset=utf-8";
        await context.Response.StartAsync(ended.Token).ConfigureAwait(false);
        var rates = new EdgeRates();
        var window = TimeSpan.FromSeconds(seconds);
        using var timer = new PeriodicTimer(window, services.Time);
        do
        {
            WriteJson(context, json => rates.Write(json, View(runtime, module), window));
            context.Response.BodyWriter.Write(Delimiter);
            await context.Response.BodyWriter.FlushAsync(ended.Token).ConfigureAwait(false);
        }
        while (await timer.WaitForNextTickAsync(ended.Token).ConfigureAwait(false));
    }

    private static async Task JsonAsync(HttpContext context, Action<Utf8JsonWriter> write)
    {
        context.Response.ContentType = "application/json";
        WriteJson(context, write);
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted).ConfigureAwait(false);
    }

    private static void WriteJson(HttpContext context, Action<Utf8JsonWriter> write)
    {
        using var json = new Utf8JsonWriter(context.Response.BodyWriter);
        write(json);
    }
}
