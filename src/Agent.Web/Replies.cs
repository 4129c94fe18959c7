using Microsoft.AspNetCore.Http;

namespace Agent.Web;

/// <summary>The short answers.</summary>
internal static class Replies
{
    /// <summary>One line of text, with the line break that Alloy's answers end with.</summary>
    public static Task TextAsync(this HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(text + "\n", context.RequestAborted);
    }

    public static Task NotFoundAsync(this HttpContext context, string text) => context.TextAsync(StatusCodes.Status404NotFound, text);

    public static Task RefuseMethodAsync(this HttpContext context, string allowed)
    {
        context.Response.Headers.Allow = allowed;
        return context.TextAsync(StatusCodes.Status405MethodNotAllowed, "method not allowed");
    }

    public static Task RedirectAsync(this HttpContext context, string location)
    {
        context.Response.Redirect(location);
        return Task.CompletedTask;
    }
}
