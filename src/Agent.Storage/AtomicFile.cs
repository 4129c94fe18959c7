using System.Runtime.InteropServices;

namespace Agent.Storage;

/// <summary>Replaces a file as a whole, so that a crash at any moment leaves the old content or the new one.</summary>
public static partial class AtomicFile
{
    // O_RDONLY | O_CLOEXEC, the same on x86-64 and arm64; O_DIRECTORY is not, and not needed.
    private const int ReadOnlyCloseOnExec = 0x80000;

    /// <summary>Writes a temporary file beside it, syncs that, renames it over <paramref name="path"/>, syncs the folder.</summary>
    /// <exception cref="IOException">The old content is still there.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        string folder = Path.GetDirectoryName(path)!;
        Directory.CreateDirectory(folder);
        string temporary = path + ".tmp";
        using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }
        File.Move(temporary, path, overwrite: true);
        SyncFolder(folder);
    }

    // Without it the rename itself can be lost. File systems that cannot sync a folder say so, and nothing better can be done there.
    private static void SyncFolder(string folder)
    {
        int descriptor = Open(folder, ReadOnlyCloseOnExec);
        if (descriptor < 0)
        {
            return;
        }
        _ = FSync(descriptor);
        _ = Close(descriptor);
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int FSync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
