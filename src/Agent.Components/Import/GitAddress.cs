using Agent.Components.Common.Http;

namespace Agent.Components.Import;

/// <summary>The address of a repository, apart from the user name and the password that it may hold.</summary>
/// <param name="Repository">What git is given, and what is shown and kept on disk.</param>
/// <param name="Username">The name to authenticate with; null where there is none.</param>
/// <param name="Password">The password that the address holds; null where there is none.</param>
internal sealed record GitAddress(string Repository, string? Username, string? Password)
{
    /// <summary>Addresses other than URLs of HTTP, such as <c>git@host:path</c>, are as they are: their user is no secret.</summary>
    public static GitAddress Of(string written)
    {
        if (!Uri.TryCreate(written, UriKind.Absolute, out Uri? url) || url.Scheme is not ("http" or "https") || url.UserInfo.Length == 0)
        {
            return new GitAddress(written, null, null);
        }
        string[] user = url.UserInfo.Split(':', 2);
        return new GitAddress(UrlUser.Without(url), Uri.UnescapeDataString(user[0]), user.Length > 1 ? Uri.UnescapeDataString(user[1]) : "");
    }
}
