using System.Globalization;

namespace Agent.Run;

/// <summary>The memory limit of the control groups that the process is in.</summary>
/// <remarks>
/// https://docs.kernel.org/admin-guide/cgroup-v2.html, and for version 1 cgroup-v1/memory.html. <c>/proc/self/cgroup</c> names the group as
/// the host sees it; a container may see its own group as the root of what is mounted, so that the named folder is not there. Hence every
/// folder of the path counts that is.
/// </remarks>
internal static class CgroupMemory
{
    private const string Groups = "proc/self/cgroup";
    private const string Mount = "sys/fs/cgroup";

    /// <summary>No limit, in version 1, is the largest number of whole pages.</summary>
    private const long Unlimited = 1L << 60;

    /// <summary>The smallest limit of the own group and those around it; null where there is none.</summary>
    /// <param name="root">The root of the file system, but for tests.</param>
    public static long? Limit(string root)
    {
        long? limit = null;
        string mount = Path.Combine(root, Mount);
        foreach (string line in Lines(Path.Combine(root, Groups)))
        {
            // "0::/kubepods/pod1/c1", or "4:memory:/kubepods/pod1/c1"; the path may hold colons.
            string[] fields = line.Split(':', 3);
            if (fields is ["0", "", var unified])
            {
                limit = Smaller(limit, Smallest(mount, unified, "memory.max"));
                // Where version 1 holds the controllers, version 2 is mounted beside them.
                limit = Smaller(limit, Smallest(Path.Combine(mount, "unified"), unified, "memory.max"));
            }
            else if (fields is [_, var controllers, var path] && controllers.Split(',').Contains("memory"))
            {
                limit = Smaller(limit, Smallest(Path.Combine(mount, "memory"), path, "memory.limit_in_bytes"));
            }
        }
        return limit;
    }

    private static long? Smallest(string folder, string path, string name)
    {
        long? limit = Read(Path.Combine(folder, name));
        foreach (string part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == "..")
            {
                // Outside of what the process sees.
                return limit;
            }
            folder = Path.Combine(folder, part);
            limit = Smaller(limit, Read(Path.Combine(folder, name)));
        }
        return limit;
    }

    private static long? Read(string path) =>
        Lines(path) is [var text, ..] && long.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out long value) && value < Unlimited
            ? value
            : null;

    private static long? Smaller(long? one, long? other) => one is null || other < one ? other : one;

    private static string[] Lines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
