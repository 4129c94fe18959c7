using Agent.Web.Access;
using Agent.Web.Api;
using Agent.Web.Api.V1;
using Agent.Web.Pages;
using Agent.Web.Prometheus;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Agent.Web;

/// <summary>Takes a request to what answers it. A dozen fixed paths need no routing engine, which costs start time and size.</summary>
internal sealed partial class RequestDispatcher : IDisposable
{
    private readonly WebServices _services;
    private readonly ILogger _logger;
    private readonly string _prefix;
    private readonly ControlEndpoints _control;
    private readonly ApiEndpoints _api;
    private readonly PrometheusEndpoints _prometheus;
    private readonly ConsoleApi _console;
    private readonly UiEndpoints _ui;
    private readonly CancellationTokenSource _stop = new();
    private volatile bool _isAdmitting;

    public RequestDispatcher(WebOptions options, WebServices services)
    {
        _services = services;
        _logger = services.Logging.CreateLogger("http");
        _prefix = "/" + options.PathPrefix.Trim('/');
        _prefix = _prefix == "/" ? "" : _prefix;
        _control = new ControlEndpoints(options, services, _stop.Token);
        _api = new ApiEndpoints(services, _stop.Token);
        _prometheus = new PrometheusEndpoints(services);
        _console = new ConsoleApi(options, services, _stop.Token);
        _ui = new UiEndpoints(
            _prefix, id => new WholeGraph(services).Find(id) is not null, name => services.Reference(name) is not null);
    }

    public void Admit() => _isAdmitting = true;

    /// <summary>Ends answers that stream for ever.</summary>
    public Task StopAsync() => _stop.CancelAsync();

    public void Dispose()
    {
        _console.Dispose();
        _stop.Dispose();
    }

    public async Task HandleAsync(HttpContext context)
    {
        string path = context.Request.Path.Value ?? "/";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        if (!_isAdmitting)
        {
            // What is to hold for new connections, TLS above all, is not known yet: this one must not be used again.
            context.Response.Headers.Connection = "close";
            await context.TextAsync(StatusCodes.Status503ServiceUnavailable, ControlEndpoints.NotReady).ConfigureAwait(false);
            return;
        }
        AccessSettings access = _services.Access.Current;
        if (access.Authentication?.Allows(path, context.Request.Headers.Authorization) == false)
        {
            LogRefused(_logger, path);
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"Restricted\"";
            return;
        }
        try
        {
            await RouteAsync(context, path).ConfigureAwait(false);
        }
        catch (BadHttpRequestException refused) when (!context.Response.HasStarted)
        {
            await ApiReply.RefuseAsync(context, refused.StatusCode, "bad_data", "cannot read the request: " + refused.Message).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested || _stop.IsCancellationRequested)
        {
            context.Abort();
        }
    }

    private Task RouteAsync(HttpContext context, string path)
    {
        if (_control.Find(path) is { } control)
        {
            return control(context);
        }
        if (!path.StartsWith(_prefix, StringComparison.Ordinal) || (path.Length > _prefix.Length && path[_prefix.Length] != '/'))
        {
            return IsRead(context) && path == "/" ? context.RedirectAsync(_prefix + "/") : context.NotFoundAsync("404 page not found");
        }
        return RouteLocalAsync(context, path[_prefix.Length..]);
    }

    private Task RouteLocalAsync(HttpContext context, string path)
    {
        bool isV1 = path.StartsWith(PrometheusEndpoints.Root, StringComparison.Ordinal);
        if (!IsRead(context) && !(isV1 && HttpMethods.IsPost(context.Request.Method)))
        {
            return context.RefuseMethodAsync("GET, HEAD");
        }
        if (isV1)
        {
            string local = path[PrometheusEndpoints.Root.Length..];
            return _console.Find(context, local) ?? _prometheus.HandleAsync(context, local);
        }
        return path.StartsWith(ApiEndpoints.Root, StringComparison.Ordinal)
            ? _api.HandleAsync(context, path[ApiEndpoints.Root.Length..])
            : _ui.HandleAsync(context, path);
    }

    private static bool IsRead(HttpContext context) => HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method);

    [LoggerMessage(Level = LogLevel.Information, Message = "failed to authenticate request for {Path}")]
    private static partial void LogRefused(ILogger logger, string path);
}
