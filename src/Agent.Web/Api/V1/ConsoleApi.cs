using System.Text.Json;
using Agent.Runtime.Graph;
using Agent.Sdk.Scraping;
using Agent.Sdk.Tracing;
using Agent.Telemetry;
using Agent.Web.Access;
using Agent.Web.History;
using Agent.Web.Live;
using Microsoft.AspNetCore.Http;

namespace Agent.Web.Api.V1;

/// <summary>The API of the web UI below <c>/api/v1/</c>; docs/http-api.md describes it.</summary>
internal sealed class ConsoleApi : IDisposable
{
    private const string ComponentRoot = "components/";
    private const string ReferenceRoot = "docs/";

    private readonly WebOptions _options;
    private readonly WebServices _services;
    private readonly KeyFigures _figures;
    private readonly ProcessAnswers _process;
    private readonly MetricHistory _history;
    private readonly LiveEndpoint _live;

    public ConsoleApi(WebOptions options, WebServices services, CancellationToken stop)
    {
        _options = options;
        _services = services;
        _figures = new KeyFigures(services.Time);
        _process = new ProcessAnswers(options, services);
        _history = new MetricHistory(services.Metrics, services.Time);
        _live = new LiveEndpoint(services, stop);
    }

    public void Dispose() => _history.Dispose();

    /// <summary>Null where the path is none of these.</summary>
    public Task? Find(HttpContext context, string path)
    {
        if (HttpMethods.IsPost(context.Request.Method))
        {
            return FindPost(context, path);
        }
        if (IsStopping() && path is not ("log" or "node"))
        {
            return ApiReply.RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, "unavailable", "the agent is stopping");
        }
        WholeGraph view = View();
        return path switch
        {
            "status" => ApiReply.DataAsync(context, json => _process.WriteStatus(json, view)),
            "graph" => ApiReply.DataAsync(context, new GraphAnswer(view, _figures, _services).Write),
            "components" => ApiReply.DataAsync(context, new ComponentAnswers(view, _figures, _services).WriteAll),
            "scrape-targets" => ScrapeTargetsAsync(context, view),
            "scrape-targets/raw" => RawAsync(context, view),
            "files" => ApiReply.DataAsync(context, new TailAnswers(view, _services.Time.GetUtcNow()).WriteFiles),
            "endpoints" => ApiReply.DataAsync(
                context, json => new TailAnswers(view, _services.Time.GetUtcNow()).WriteEndpoints(json, _services.Metrics)),
            "configuration" => ApiReply.DataAsync(context, new ConfigurationAnswer(_options, _services).WriteAsync),
            "node" => ApiReply.DataAsync(context, _process.WriteNode),
            "log" => ApiReply.DataAsync(context, json => _process.WriteLog(json, context.Request.Query["after"].ToString())),
            "live" => _live.HandleAsync(context),
            _ when path.StartsWith(ReferenceRoot, StringComparison.Ordinal) => ReferenceAsync(context, path[ReferenceRoot.Length..]),
            _ when path.StartsWith(ComponentRoot, StringComparison.Ordinal) => ComponentAsync(context, view, path[ComponentRoot.Length..]),
            _ => null,
        };
    }

    private WholeGraph View() => new(_services);

    /// <summary>The components stop before the server does. That they are gone is then no news of the configuration.</summary>
    private bool IsStopping() => _services.Runtime.Graph.Nodes.Count == 0 && _services.Runtime.Running?.Source?.Statements.Any() == true;

    private Task? FindPost(HttpContext context, string path)
    {
        if (!SameOrigin.IsOwn(context.Request))
        {
            return ApiReply.ForbidAsync(context, $"a request that is more than a question needs the header {SameOrigin.Header}, and no other site behind it");
        }
        if (path == "configuration/reload")
        {
            return ReloadAsync(context);
        }
        (ComponentNode? node, string part) = Split(View(), path.StartsWith(ComponentRoot, StringComparison.Ordinal) ? path[ComponentRoot.Length..] : "");
        return part switch
        {
            "rules" when node?.RelabelTrace is not null => TraceAsync(context, asked => json => new TraceAnswers(View()).WriteTrace(json, node, asked)),
            "origin" when node is not null => TraceAsync(context, asked => json => new TargetOrigins(View()).Write(json, node, asked)),
            "stages" when node?.StageTrace is not null => TraceStagesAsync(context, node),
            _ => ApiReply.NotFoundAsync(context, "there is nothing of that name to ask"),
        };
    }

    /// <summary>An id may hold slashes: the last part is one of ours only where what is before it is an id.</summary>
    private static (ComponentNode? Node, string Part) Split(WholeGraph view, string path)
    {
        if (view.Find(path) is { } whole)
        {
            return (whole, "");
        }
        int slash = path.LastIndexOf('/');
        return slash < 0 ? (null, "") : (view.Find(path[..slash]), path[(slash + 1)..]);
    }

    private Task ComponentAsync(HttpContext context, WholeGraph view, string path)
    {
        (ComponentNode? node, string part) = Split(view, path);
        return part switch
        {
            "" when node is not null => ApiReply.DataAsync(context, json => new ComponentAnswers(view, _figures, _services).Write(json, node)),
            "history" when node is not null => ApiReply.DataAsync(context, json => HistoryAnswer.Write(json, _history, node.Id)),
            "rules" when node?.RelabelTrace is not null => ApiReply.DataAsync(
                context, json => new TraceAnswers(view).WriteRules(json, node, context.Request.Query["q"].ToString())),
            "stages" when node?.StageTrace is not null => ApiReply.DataAsync(context, json => TraceAnswers.WriteStages(json, node)),
            _ => ApiReply.NotFoundAsync(context, "there is no component of that id"),
        };
    }

    private static Task ScrapeTargetsAsync(HttpContext context, WholeGraph view) => ScrapeTargetsQuery.Read(context.Request.Query) is { } query
        ? ApiReply.DataAsync(context, new ScrapeTargetsAnswer(view, query).Write)
        : ApiReply.RefuseAsync(context, "page must be a number from 1 on, size one from 1 to 500");

    private async Task RawAsync(HttpContext context, WholeGraph view)
    {
        if (!_options.RawScrapes)
        {
            await ApiReply.ForbidAsync(context, "raw scrapes are switched off by the flag --server.http.disable-raw-scrapes").ConfigureAwait(false);
            return;
        }
        IScrapePool? pool = view.Find(context.Request.Query["component"].ToString())?.ScrapePool;
        TargetAnswer? answer = pool is null || SameOrigin.IsForeign(context.Request)
            ? null
            : await pool.AskAsync(context.Request.Query["url"].ToString(), context.RequestAborted).ConfigureAwait(false);
        if (answer is null)
        {
            await ApiReply.NotFoundAsync(context, "no target that is scraped has that URL").ConfigureAwait(false);
            return;
        }
        if (answer.Error.Length > 0)
        {
            await ApiReply.RefuseAsync(context, StatusCodes.Status502BadGateway, "bad_gateway", answer.Error).ConfigureAwait(false);
            return;
        }
        // Always shown as text, whatever the target calls it: it must not run as a page of ours.
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        await context.Response.Body.WriteAsync(answer.Body, context.RequestAborted).ConfigureAwait(false);
    }

    private Task ReferenceAsync(HttpContext context, string name)
    {
        if (_services.Reference(name) is not { } page)
        {
            return ApiReply.NotFoundAsync(context, "there is no reference page of that name");
        }
        context.Response.ContentType = "text/markdown; charset=utf-8";
        return context.Response.WriteAsync(page, context.RequestAborted);
    }

    private async Task ReloadAsync(HttpContext context)
    {
        if (!_options.AllowsChanges)
        {
            await ApiReply.ForbidAsync(context, "this agent allows no changes over HTTP (--server.http.read-only)").ConfigureAwait(false);
            return;
        }
        await _services.Reload().ConfigureAwait(false);
        await ApiReply.DataAsync(context, new ConfigurationAnswer(_options, _services).WriteAsync).ConfigureAwait(false);
    }

    private static async Task TraceAsync(HttpContext context, Func<LabelSet, Action<Utf8JsonWriter>> answer)
    {
        if (await TraceRequest.ReadAsync(context.Request, context.RequestAborted).ConfigureAwait(false) is not { } asked)
        {
            await ApiReply.RefuseAsync(context, TraceRequest.Expected).ConfigureAwait(false);
            return;
        }
        await ApiReply.DataAsync(context, answer(asked.Labels)).ConfigureAwait(false);
    }

    private async Task TraceStagesAsync(HttpContext context, ComponentNode node)
    {
        if (await TraceRequest.ReadAsync(context.Request, context.RequestAborted).ConfigureAwait(false) is not { } asked)
        {
            await ApiReply.RefuseAsync(context, TraceRequest.Expected).ConfigureAwait(false);
            return;
        }
        long nanoseconds = (_services.Time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;
        var entry = new TracedEntry(nanoseconds, asked.Line, asked.Labels);
        await ApiReply.DataAsync(context, json => TraceAnswers.WriteStageTrace(json, node, entry)).ConfigureAwait(false);
    }
}
