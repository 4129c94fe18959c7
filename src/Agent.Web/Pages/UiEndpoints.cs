using System.Collections.Concurrent;
using System.IO.Compression;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Agent.Web.Pages;

/// <summary>The web UI: one page for all its paths, and the scripts and styles that it loads.</summary>
internal sealed class UiEndpoints
{
    private const string AssetRoot = "/assets/";
    private const string FirstView = "components";

    // Own scripts and styles only: whatever text of a component reaches the page, it runs nothing and reaches no other host.
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; "
        + "base-uri 'self'; form-action 'none'; frame-ancestors 'none'";

    private static readonly HashSet<string> Views = new(StringComparer.Ordinal)
    {
        "", "graph", "components", "targets", "relabel", "stages", "files", "endpoints", "live", "config", "node", "docs",
    };

    private readonly UiFiles _files = new();
    private readonly ConcurrentDictionary<string, UiPage> _pages = new(StringComparer.Ordinal);
    private readonly string _prefix;
    private readonly Func<string, bool> _isComponent;
    private readonly Func<string, bool> _isDocumented;

    /// <param name="prefix">Under which the UI is served, without a slash at its end.</param>
    /// <param name="isComponent">Whether a component of that id runs.</param>
    /// <param name="isDocumented">Whether there is a reference page of that name.</param>
    public UiEndpoints(string prefix, Func<string, bool> isComponent, Func<string, bool> isDocumented)
    {
        _prefix = prefix;
        _isComponent = isComponent;
        _isDocumented = isDocumented;
    }

    public Task HandleAsync(HttpContext context, string path)
    {
        if (path.StartsWith(AssetRoot, StringComparison.Ordinal))
        {
            return _files.Open(path[1..]) is { } packed ? AssetAsync(context, path, packed) : context.NotFoundAsync("404 page not found");
        }
        string local = path.TrimStart('/');
        return PageAsync(context, Page(local), IsView(local) ? StatusCodes.Status200OK : StatusCodes.Status404NotFound);
    }

    private UiPage Page(string path) =>
        _pages.GetOrAdd(path.Length == 0 ? FirstView : Views.Contains(path) ? path : "", static (view, ui) => ui._files.PageFor(ui._prefix, view), this);

    /// <summary>The page tells a reader that what they ask for is not there as well as it shows what is; the status tells programs.</summary>
    private bool IsView(string path)
    {
        int slash = path.IndexOf('/', StringComparison.Ordinal);
        return slash < 0
            ? Views.Contains(path)
            : path[..slash] switch
            {
                "component" => _isComponent(path[(slash + 1)..]),
                "docs" => _isDocumented(path[(slash + 1)..]),
                _ => false,
            };
    }

    private static Task PageAsync(HttpContext context, UiPage page, int status)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers.CacheControl = "no-cache";
        if (status == StatusCodes.Status200OK)
        {
            headers.ETag = page.EntityTag;
            if (IsKnown(context.Request, page.EntityTag))
            {
                context.Response.StatusCode = StatusCodes.Status304NotModified;
                return Task.CompletedTask;
            }
        }
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.ContentLength = page.Html.Length;
        return HttpMethods.IsHead(context.Request.Method)
            ? Task.CompletedTask
            : context.Response.Body.WriteAsync(page.Html, context.RequestAborted).AsTask();
    }

    /// <summary>A file whose name holds a hash of its content: it never changes, and its name is its tag.</summary>
    private static async Task AssetAsync(HttpContext context, string path, Stream packed)
    {
        await using var content = packed.ConfigureAwait(false);
        HttpResponse response = context.Response;
        string tag = $"\"{path[AssetRoot.Length..]}\"";
        response.Headers.ETag = tag;
        response.Headers.CacheControl = "public, max-age=31536000, immutable";
        response.Headers.Vary = HeaderNames.AcceptEncoding;
        if (IsKnown(context.Request, tag))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }
        response.ContentType = TypeOf(path);
        bool isHead = HttpMethods.IsHead(context.Request.Method);
        if (GzipReply.AcceptsGzip(context.Request))
        {
            response.Headers.ContentEncoding = "gzip";
            response.ContentLength = packed.Length;
            await (isHead ? Task.CompletedTask : packed.CopyToAsync(response.Body, context.RequestAborted)).ConfigureAwait(false);
        }
        else if (!isHead)
        {
            var plain = new GZipStream(packed, CompressionMode.Decompress);
            await using (plain.ConfigureAwait(false))
            {
                await plain.CopyToAsync(response.Body, context.RequestAborted).ConfigureAwait(false);
            }
        }
    }

    private static bool IsKnown(HttpRequest request, string tag) =>
        request.Headers.IfNoneMatch.Any(line => line is not null && line.Split(',', StringSplitOptions.TrimEntries).Any(known => known == "*" || known.EndsWith(tag, StringComparison.Ordinal)));

    private static string TypeOf(string path) => Path.GetExtension(path) switch
    {
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        ".woff2" => "font/woff2",
        ".png" => "image/png",
        ".map" or ".json" => "application/json",
        _ => "application/octet-stream",
    };
}
