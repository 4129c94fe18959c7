using System.Globalization;
using System.Text;
using Agent.Kubernetes.Objects;

namespace Agent.Kubernetes.Watching;

/// <summary>The paths that a watch of a kind and scope asks for.</summary>
internal static class WatchRequest
{
    private const int ShortestWatch = 300;

    /// <param name="version">Empty for the newest state there is, <c>0</c> for what the server has at hand.</param>
    public static string ListPath<T>(ResourceKind<T> kind, WatchScope scope, string version, int limit)
        where T : class, IKubernetesObject
    {
        StringBuilder path = Start(kind, scope);
        if (version.Length > 0)
        {
            // Never without the version: the server refuses that.
            path.Append("resourceVersion=").Append(version).Append("&resourceVersionMatch=NotOlderThan&");
        }
        return Limited(path, limit);
    }

    /// <summary>The part of a list that follows: its token says of which version.</summary>
    public static string NextPath<T>(ResourceKind<T> kind, WatchScope scope, string token, int limit)
        where T : class, IKubernetesObject =>
        Limited(Start(kind, scope).Append("continue=").Append(Uri.EscapeDataString(token)).Append('&'), limit);

    /// <param name="spread">0 to 1: watches end, and are opened again, after 5 to 10 minutes, not all at once.</param>
    public static string WatchPath<T>(ResourceKind<T> kind, WatchScope scope, string version, double spread)
        where T : class, IKubernetesObject =>
        Start(kind, scope)
            .Append("watch=1&allowWatchBookmarks=true&resourceVersion=").Append(Uri.EscapeDataString(version))
            .Append(CultureInfo.InvariantCulture, $"&timeoutSeconds={ShortestWatch + (int)(spread * ShortestWatch)}")
            .ToString();

    private static StringBuilder Start<T>(ResourceKind<T> kind, WatchScope scope)
        where T : class, IKubernetesObject
    {
        var path = new StringBuilder(kind.PathOf(scope.Namespace)).Append('?');
        if (scope.LabelSelector.Length > 0)
        {
            path.Append("labelSelector=").Append(Uri.EscapeDataString(scope.LabelSelector)).Append('&');
        }
        if (scope.FieldSelector.Length > 0)
        {
            path.Append("fieldSelector=").Append(Uri.EscapeDataString(scope.FieldSelector)).Append('&');
        }
        return path;
    }

    private static string Limited(StringBuilder path, int limit)
    {
        if (limit > 0)
        {
            path.Append(CultureInfo.InvariantCulture, $"limit={limit}&");
        }
        path.Length--;
        return path.ToString();
    }
}
