using System.Buffers;

namespace Agent.Components.Discovery.Process;

/// <summary>What <c>/proc/PID/cgroup</c> says of the container that a process runs in, see cgroups(7).</summary>
internal static class ControlGroups
{
    private const int IdLength = 64;

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    /// <summary>
    /// The id of the container: 64 hexadecimal digits behind a slash, or behind any prefix that ends with a hyphen, and before a dot or
    /// the end of the line, as runtimes name the groups of their containers. Empty where there is none.
    /// </summary>
    public static string ContainerIdOf(string cgroup)
    {
        foreach (ReadOnlySpan<char> line in cgroup.AsSpan().EnumerateLines())
        {
            int slash = line.IndexOf('/');
            for (int start = line.Length - IdLength; slash >= 0 && start > slash; start--)
            {
                if (line[start - 1] is '/' or '-' && IsId(line.Slice(start, IdLength)) && IsEnd(line[(start + IdLength)..]))
                {
                    return line.Slice(start, IdLength).ToString();
                }
            }
        }
        return "";
    }

    /// <summary>All lines, which are one with version 2 and one for each controller with version 1, with bars between them.</summary>
    public static string PathsOf(string cgroup) =>
        string.Join('|', cgroup.Split('\n', StringSplitOptions.RemoveEmptyEntries));

    private static bool IsId(ReadOnlySpan<char> text) => !text.ContainsAnyExcept(HexDigits);

    private static bool IsEnd(ReadOnlySpan<char> rest) => rest.StartsWith(".") || rest.IsWhiteSpace();
}
