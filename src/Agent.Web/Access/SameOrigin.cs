using Microsoft.AspNetCore.Http;

namespace Agent.Web.Access;

/// <summary>Tells requests of the agent's own pages from those that another site makes a browser send.</summary>
internal static class SameOrigin
{
    /// <summary>A browser sends a header of that kind to another host only after asking it, and this one never agrees.</summary>
    public const string Header = "X-Invar-Request";

    /// <summary>True for what the UI sends, and for programs that set the header themselves.</summary>
    public static bool IsOwn(HttpRequest request) => request.Headers.ContainsKey(Header) && !IsForeign(request);

    /// <summary>True where a browser says that another site is behind the request. Programs say nothing of that.</summary>
    public static bool IsForeign(HttpRequest request)
    {
        if (request.Headers["Sec-Fetch-Site"].ToString() is not ("" or "same-origin" or "none"))
        {
            return true;
        }
        string origin = request.Headers.Origin.ToString();
        return origin.Length > 0 && !(Uri.TryCreate(origin, UriKind.Absolute, out Uri? from) && from.Authority == request.Host.Value);
    }
}
