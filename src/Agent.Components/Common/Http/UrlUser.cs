using System.Net.Http.Headers;
using System.Text;

namespace Agent.Components.Common.Http;

/// <summary>The user name and the password that a URL may carry.</summary>
internal static class UrlUser
{
    /// <summary>A user name in the URL stands for basic authentication, as everywhere in the field; null without one.</summary>
    public static AuthenticationHeaderValue? HeaderOf(Uri url) => url.UserInfo.Length == 0
        ? null
        : new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(url.UserInfo))));

    /// <summary>The URL as it may be shown and kept.</summary>
    public static string Without(Uri url) => url.GetComponents(UriComponents.AbsoluteUri & ~UriComponents.UserInfo, UriFormat.UriEscaped);
}
