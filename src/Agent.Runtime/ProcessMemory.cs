using System.Buffers.Text;
using Microsoft.Win32.SafeHandles;

namespace Agent.Runtime;

/// <summary>The memory of the process that counts when the system looks for one to kill: what no file stands behind.</summary>
/// <remarks>Pages of the program and of files that it maps come and go as it pleases the system. A look costs one read and no allocation.</remarks>
public sealed class ProcessMemory : IDisposable
{
    // https://man7.org/linux/man-pages/man5/proc_pid_statm.5.html: size resident shared …, in pages.
    private const string Statm = "/proc/self/statm";
    private const int LongestText = 256;

    private readonly SafeFileHandle? _file;

    public ProcessMemory()
    {
        try
        {
            _file = File.OpenHandle(Statm, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Not Linux.
        }
    }

    /// <summary>In bytes, at this moment.</summary>
    public long Used()
    {
        Span<byte> text = stackalloc byte[LongestText];
        try
        {
            return _file is not null && TryRead(text[..RandomAccess.Read(_file, text, 0)], out long pages)
                ? pages * Environment.SystemPageSize
                : Environment.WorkingSet;
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // A last look may come while the process ends.
            return Environment.WorkingSet;
        }
    }

    public void Dispose() => _file?.Dispose();

    /// <summary>Pages of what <c>statm</c> says.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> statm, out long pages)
    {
        pages = 0;
        return TrySkip(ref statm, out _) && TrySkip(ref statm, out long resident) && TrySkip(ref statm, out long shared)
            && (pages = resident - shared) >= 0;
    }

    private static bool TrySkip(ref ReadOnlySpan<byte> text, out long number)
    {
        bool isNumber = Utf8Parser.TryParse(text, out number, out int length) && text.Length > length && text[length] == (byte)' ';
        text = isNumber ? text[(length + 1)..] : text;
        return isNumber;
    }
}
