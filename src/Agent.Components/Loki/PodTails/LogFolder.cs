using Agent.Components.Common.Files;
using Agent.Components.Loki.Process.Stages;

namespace Agent.Components.Loki.PodTails;

/// <summary>Finds the folder in which the kubelet of the own node keeps the logs of a container.</summary>
internal static class LogFolder
{
    private const int LongestProbe = 1024;

    /// <summary>
    /// The folder; null where there is none, as for all pods of other nodes, or where its files cannot be read or are of no format that is known.
    /// </summary>
    /// <param name="root">Where all logs are kept, such as <c>/var/log/pods</c>; empty where they are not to be read.</param>
    /// <param name="target">Whose logs.</param>
    public static string? Find(string root, PodTarget target)
    {
        if (root.Length == 0)
        {
            return null;
        }
        PodContainer container = target.Container;
        foreach (string uid in (ReadOnlySpan<string>)[container.Uid, target.ConfigHash])
        {
            // Names come from outside: none of them may lead elsewhere.
            if (uid.Length > 0 && IsName(uid) && IsName(container.Namespace) && IsName(container.Pod) && IsName(container.Container))
            {
                string folder = Path.Combine(root, $"{container.Namespace}_{container.Pod}_{uid}", container.Container);
                if (LogFile.In(folder) is [.., { IsLive: true } live] && IsReadable(live.Path))
                {
                    return folder;
                }
            }
        }
        return null;
    }

    private static bool IsName(string text) => !text.Contains('/', StringComparison.Ordinal) && text is not (".." or ".");

    private static bool IsReadable(string path)
    {
        if (!FileStat.TryGet(path, out FileStat stat, out _) || stat.Kind != FileKind.Regular)
        {
            return false;
        }
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            Span<byte> start = stackalloc byte[LongestProbe];
            start = start[..file.Read(start)];
            int end = start.IndexOf((byte)'\n');
            // The logging driver of Docker, for one, writes JSON.
            return start.IsEmpty || CriLine.TryParse(end < 0 ? start : start[..end], out _);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
