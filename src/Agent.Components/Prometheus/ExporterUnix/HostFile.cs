using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Agent.Components.Common.Files;

namespace Agent.Components.Prometheus.ExporterUnix;

/// <summary>Reads files of the kernel with three system calls each: open, read, close.</summary>
/// <remarks>
/// A scrape reads hundreds. The framework's handles ask for status and a lock of each as well, allocate, and make an exception of each
/// value that a driver refuses, which some do at every scrape. Failures are negative numbers of errors here.
/// </remarks>
internal static partial class HostFile
{
    // The same on x86-64 and arm64.
    private const int Missing = 2;
    private const int Interrupted = 4;
    private const int NoFolder = 20;
    private const int Folder = 21;
    private const int ShortPath = 512;

    /// <summary>There is no file of that name.</summary>
    public static bool IsMissing(int error) => -error is Missing or NoFolder or Folder;

    public static string Reason(int error) => Marshal.GetPInvokeErrorMessage(-error).ToLowerInvariant();

    /// <summary>Opens a file for reading; closed with <see cref="Libc.Close"/>.</summary>
    /// <param name="folder">Path of the folder, or the whole path.</param>
    /// <param name="name">Path below the folder, or nothing.</param>
    [SkipLocalsInit]
    public static int Open(ReadOnlySpan<char> folder, ReadOnlySpan<char> name)
    {
        int longest = Encoding.UTF8.GetMaxByteCount(folder.Length + name.Length) + 2;
        Span<byte> path = longest <= ShortPath ? stackalloc byte[ShortPath] : new byte[longest];
        int length = Encoding.UTF8.GetBytes(folder, path);
        if (name.Length > 0)
        {
            path[length++] = (byte)'/';
            length += Encoding.UTF8.GetBytes(name, path[length..]);
        }
        path[length] = 0;
        return Open(path);
    }

    /// <summary>The same for a path in UTF-8 that ends with a zero.</summary>
    public static int Open(ReadOnlySpan<byte> path)
    {
        while (true)
        {
            int descriptor = OpenCall(path, Libc.CloseOnExec);
            int error = descriptor < 0 ? Marshal.GetLastPInvokeError() : 0;
            if (error != Interrupted)
            {
                return error == 0 ? descriptor : -error;
            }
        }
    }

    /// <summary>Reads on, up to what there is room for; 0 at the end.</summary>
    public static int Read(int descriptor, Span<byte> into)
    {
        while (true)
        {
            nint read = Libc.Read(descriptor, into, (nuint)into.Length);
            int error = read < 0 ? Marshal.GetLastPInvokeError() : 0;
            if (error != Interrupted)
            {
                return error == 0 ? (int)read : -error;
            }
        }
    }

    /// <summary>Reads a small file: what comes with one read.</summary>
    public static int ReadValue(ReadOnlySpan<char> folder, ReadOnlySpan<char> name, Span<byte> into)
    {
        int descriptor = Open(folder, name);
        if (descriptor < 0)
        {
            return descriptor;
        }
        int read = Read(descriptor, into);
        _ = Libc.Close(descriptor);
        return read;
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true)]
    private static partial int OpenCall(ReadOnlySpan<byte> path, int flags);
}
