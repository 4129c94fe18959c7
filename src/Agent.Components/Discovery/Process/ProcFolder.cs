using System.Globalization;
using System.Text;
using Agent.Components.Common.Files;

namespace Agent.Components.Discovery.Process;

/// <summary>What a process did not tell of itself, and why.</summary>
internal enum ProcAnswer
{
    Found,

    /// <summary>The process has ended, or the kernel's own threads have no such thing.</summary>
    Missing,

    /// <summary>Only root may look.</summary>
    Refused,
}

/// <summary>Reads processes from <c>/proc</c>, see proc(5).</summary>
internal sealed class ProcFolder(string root, string userFile)
{
    // The kernel gives arguments of any length; nobody relabels by more than this.
    private const int LongestFile = 128 * 1024;
    private const int LongestPath = 4096;
    private const int NotPermitted = 1;
    private const int AccessDenied = 13;

    /// <summary>The numbers of all processes, ascending.</summary>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    public IEnumerable<int> Processes() => Directory.EnumerateDirectories(root)
        .Select(static path => int.TryParse(Path.GetFileName(path.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0)
        .Where(static number => number > 0)
        .Order();

    /// <summary>Where a link such as <c>exe</c> points to.</summary>
    public ProcAnswer TryReadLink(int process, string name, out string target)
    {
        byte[] buffer = new byte[LongestPath];
        nint length = Libc.ReadLink(PathOf(process, name), buffer, LongestPath);
        target = length > 0 ? Encoding.UTF8.GetString(buffer.AsSpan(0, (int)length)) : "";
        if (length >= 0)
        {
            return ProcAnswer.Found;
        }
        return System.Runtime.InteropServices.Marshal.GetLastPInvokeError() is NotPermitted or AccessDenied ? ProcAnswer.Refused : ProcAnswer.Missing;
    }

    /// <summary>A whole file such as <c>cgroup</c>, up to a limit.</summary>
    public ProcAnswer TryReadText(int process, string name, out string text)
    {
        text = "";
        try
        {
            using FileStream file = new(PathOf(process, name), FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            using var bytes = new MemoryStream();
            byte[] buffer = new byte[LongestPath];
            for (int read; bytes.Length < LongestFile && (read = file.Read(buffer)) > 0;)
            {
                bytes.Write(buffer, 0, read);
            }
            text = Encoding.UTF8.GetString(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
            return ProcAnswer.Found;
        }
        catch (UnauthorizedAccessException)
        {
            return ProcAnswer.Refused;
        }
        catch (IOException)
        {
            return ProcAnswer.Missing;
        }
    }

    /// <summary>Names of users by their number; none where the file cannot be read.</summary>
    public Dictionary<string, string> Users() => PasswordFile.Names(userFile);

    private string PathOf(int process, string name) => Path.Combine(root, process.ToString(CultureInfo.InvariantCulture), name);
}
