using System.Runtime.InteropServices;

namespace Agent.Storage;

/// <summary>Makes durable which files a folder has: without it a rename, a creation or a deletion can be lost.</summary>
internal static partial class FolderSync
{
    // O_RDONLY | O_CLOEXEC, the same on x86-64 and arm64; O_DIRECTORY is not, and not needed.
    private const int ReadOnlyCloseOnExec = 0x80000;
    private const int BadDescriptor = 9;
    private const int InvalidArgument = 22;

    /// <summary>False where the disk failed. File systems that cannot sync a folder say so, and nothing better can be done there.</summary>
    public static bool TrySync(string folder, out int error)
    {
        error = 0;
        int descriptor = Open(folder, ReadOnlyCloseOnExec);
        if (descriptor < 0)
        {
            error = Marshal.GetLastPInvokeError();
            return false;
        }
        bool synced = FSync(descriptor) == 0;
        if (!synced)
        {
            error = Marshal.GetLastPInvokeError();
        }
        _ = Close(descriptor);
        return synced || error is InvalidArgument or BadDescriptor;
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
