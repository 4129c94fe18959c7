using Agent.Web.Api;
using Microsoft.AspNetCore.Http;

namespace Agent.Web.Pages;

/// <summary>Pages that work without scripts and load nothing from elsewhere.</summary>
internal sealed class PageEndpoints(WebServices services, string prefix)
{
    private const string ComponentRoot = "/component/";

    // Own style sheet only: whatever text of a component reaches a page, it runs nothing and loads nothing.
    private const string ContentSecurityPolicy =
        "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    public Task HandleAsync(HttpContext context, string path)
    {
        var view = new GraphView(services.Runtime.Graph, services.Catalog);
        if (path is "" or "/")
        {
            return HtmlAsync(context, IndexPage.Write(prefix, view, services.Runtime.LastLoad));
        }
        if (path == "/style.css")
        {
            context.Response.ContentType = "text/css; charset=utf-8";
            return context.Response.WriteAsync(PageStyle.Css, context.RequestAborted);
        }
        return path.StartsWith(ComponentRoot, StringComparison.Ordinal) && view.Find(path[ComponentRoot.Length..]) is { } node
            ? HtmlAsync(context, ComponentPage.Write(prefix, view, node))
            : context.NotFoundAsync("404 page not found");
    }

    private static Task HtmlAsync(HttpContext context, string html)
    {
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.ContentSecurityPolicy = ContentSecurityPolicy;
        context.Response.Headers.XFrameOptions = "DENY";
        context.Response.Headers["Referrer-Policy"] = "no-referrer";
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsync(html, context.RequestAborted);
    }
}
