using System.Globalization;
using System.Runtime.InteropServices;

namespace Agent.Runtime;

/// <summary>Gives back the memory of those parts of the program's file that only its start has used; what is in use is mapped again when touched.</summary>
/// <remarks>
/// The kernel maps 64 KiB around every page of the program that is touched, so that after a start nearly all of it counts as resident, though
/// the work of a node needs a few parts of it. The pages stay in the page cache: touching one again costs a minor fault and no disk.
/// </remarks>
internal static partial class ProgramPages
{
    private const int DoNotNeed = 4;
    private const string Maps = "/proc/self/smaps";

    // Looked up once: what can only be read and is as in the file stays so.
    private static readonly Lazy<ProgramMapping[]> Own = new(FindOwn);

    /// <summary>Does nothing where the system does not tell what is mapped.</summary>
    public static void GiveBack()
    {
        foreach (ProgramMapping mapping in Own.Value)
        {
            _ = Advise((nint)mapping.Start, (nint)mapping.Length, DoNotNeed);
        }
    }

    private static ProgramMapping[] FindOwn()
    {
        if (!OperatingSystem.IsLinux() || Environment.ProcessPath is not { } program)
        {
            return [];
        }
        try
        {
            return [.. ProgramMapping.Read(File.ReadLines(Maps), program).Where(static mapping => mapping.IsUnchanged)];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nint start, nint length, int advice);
}

/// <summary>One stretch of memory that maps the program's file.</summary>
/// <param name="IsUnchanged">It can only be read, and every page of it is as in the file: relocated data is not, and would be lost.</param>
internal readonly record struct ProgramMapping(long Start, long Length, bool IsUnchanged)
{
    /// <summary>Finds the mappings of <paramref name="program"/> among those of a process, as <c>/proc/PID/smaps</c> lists them.</summary>
    public static IEnumerable<ProgramMapping> Read(IEnumerable<string> lines, string program)
    {
        (long Start, long End, bool IsReadOnly)? open = null;
        long changed = 0;
        foreach (string line in lines)
        {
            if (ReadHeader(line) is { } header)
            {
                if (open is { } last)
                {
                    yield return new ProgramMapping(last.Start, last.End - last.Start, last.IsReadOnly && changed == 0);
                }
                open = line.EndsWith($" {program}", StringComparison.Ordinal) ? header : null;
                changed = 0;
                continue;
            }
            changed += KibibytesOf(line, "Anonymous:") + KibibytesOf(line, "Private_Dirty:") + KibibytesOf(line, "Swap:");
        }
        if (open is { } end)
        {
            yield return new ProgramMapping(end.Start, end.End - end.Start, end.IsReadOnly && changed == 0);
        }
    }

    // "55d0c8a00000-55d0c8b99000 r--p 00000000 08:01 1234   /usr/bin/invar"; all other lines begin with "Name:".
    private static (long Start, long End, bool IsReadOnly)? ReadHeader(string line)
    {
        int dash = line.IndexOf('-', StringComparison.Ordinal);
        int space = line.IndexOf(' ', StringComparison.Ordinal);
        return dash > 0 && space > dash
            && long.TryParse(line.AsSpan(0, dash), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out long start)
            && long.TryParse(line.AsSpan(dash + 1, space - dash - 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out long end)
            ? (start, end, line.AsSpan(space + 1).StartsWith("r--p", StringComparison.Ordinal) || line.AsSpan(space + 1).StartsWith("r-xp", StringComparison.Ordinal))
            : null;
    }

    private static long KibibytesOf(string line, string name) =>
        line.StartsWith(name, StringComparison.Ordinal)
        && long.TryParse(line.AsSpan(name.Length).Trim().TrimEnd("kB ".AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out long value)
            ? value
            : 0;
}
