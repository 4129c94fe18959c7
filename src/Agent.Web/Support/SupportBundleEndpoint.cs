using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Agent.Web.Support;

/// <summary><c>/-/support?duration=SECONDS</c>: a zip with what somebody needs to understand this agent, without its secrets.</summary>
internal sealed class SupportBundleEndpoint(WebOptions options, WebServices services, CancellationToken stop)
{
    /// <summary>Alloy's write timeout, which bounds its bundle; the default, too.</summary>
    private const int LongestSeconds = 30;

    public async Task HandleAsync(HttpContext context)
    {
        int seconds = LongestSeconds;
        if (context.Request.Query.TryGetValue("duration", out var wanted)
            && (!int.TryParse(wanted, NumberStyles.None, CultureInfo.InvariantCulture, out seconds) || seconds is < 1 or > LongestSeconds))
        {
            await context.TextAsync(
                StatusCodes.Status400BadRequest, $"duration value (in seconds) should be an integer from 1 to {LongestSeconds}").ConfigureAwait(false);
            return;
        }
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stop);
        var bundle = new SupportBundle(options, services);
        await bundle.StartAsync(ended.Token).ConfigureAwait(false);
        await Task.Delay(TimeSpan.FromSeconds(seconds), services.Time, ended.Token).ConfigureAwait(false);
        byte[] zip = await bundle.FinishAsync(ended.Token).ConfigureAwait(false);
        context.Response.ContentType = "application/zip";
        context.Response.ContentLength = zip.Length;
        context.Response.Headers.ContentDisposition = "attachment; filename=\"alloy-support-bundle.zip\"";
        context.Response.Headers.CacheControl = "no-store";
        await context.Response.Body.WriteAsync(zip, ended.Token).ConfigureAwait(false);
    }
}
