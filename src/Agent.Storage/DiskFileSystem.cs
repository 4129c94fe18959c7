using Microsoft.Win32.SafeHandles;

namespace Agent.Storage;

/// <summary>The file system of the machine.</summary>
public sealed class DiskFileSystem : IFileSystem
{
    private const FileShare Anyone = FileShare.ReadWrite | FileShare.Delete;

    public void CreateFolder(string folder) => Guard(folder, static path => Directory.CreateDirectory(path));

    public IReadOnlyList<FileEntry> List(string folder) =>
        Guard(folder, static path =>
        {
            List<FileEntry> entries = [];
            foreach (FileInfo file in new DirectoryInfo(path).EnumerateFiles())
            {
                entries.Add(new FileEntry(file.Name, LengthOf(file)));
            }
            return entries;
        });

    public IFile Create(string path) =>
        Guard(path, static path => new DiskFile(path, File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite, Anyone)));

    public IFile Open(string path, FileAccess access)
    {
        try
        {
            return new DiskFile(path, File.OpenHandle(path, FileMode.Open, access, Anyone));
        }
        catch (DirectoryNotFoundException missing)
        {
            throw new FileNotFoundException(missing.Message, path, missing);
        }
        catch (UnauthorizedAccessException refused)
        {
            throw new IOException(refused.Message, refused);
        }
    }

    public void Delete(string path) => Guard(path, static path =>
    {
        try
        {
            File.Delete(path);
        }
        catch (DirectoryNotFoundException)
        {
            // As good as deleted.
        }
        return 0;
    });

    public void SyncFolder(string folder)
    {
        if (!FolderSync.TrySync(folder, out int error))
        {
            throw new IOException($"cannot sync the folder {folder}: error {error}");
        }
    }

    // On Unix any path will do: it asks for the file system that the path lies on.
    public long VolumeSize(string folder) => Guard(folder, static path => new DriveInfo(path).TotalSize);

    // The runtime takes an exclusive advisory lock for FileShare.None, which the kernel gives back when the process ends, however it does.
    public IDisposable Lock(string path) =>
        Guard(path, static path => File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));

    private static long LengthOf(FileInfo file)
    {
        try
        {
            return file.Length;
        }
        catch (FileNotFoundException)
        {
            return 0;
        }
    }

    private static T Guard<T>(string path, Func<string, T> action)
    {
        try
        {
            return action(path);
        }
        catch (UnauthorizedAccessException refused)
        {
            throw new IOException(refused.Message, refused);
        }
    }

    private sealed class DiskFile(string path, SafeFileHandle handle) : IFile
    {
        public long Length => RandomAccess.GetLength(handle);

        public int Read(Span<byte> buffer, long offset)
        {
            int total = 0;
            while (total < buffer.Length)
            {
                int read = RandomAccess.Read(handle, buffer[total..], offset + total);
                if (read == 0)
                {
                    break;
                }
                total += read;
            }
            return total;
        }

        public void Write(ReadOnlySpan<byte> data, long offset)
        {
            try
            {
                RandomAccess.Write(handle, data, offset);
            }
            catch (UnauthorizedAccessException refused)
            {
                throw new IOException($"cannot write to {path}: {refused.Message}", refused);
            }
        }

        public void Truncate(long length)
        {
            try
            {
                RandomAccess.SetLength(handle, length);
            }
            catch (UnauthorizedAccessException refused)
            {
                throw new IOException($"cannot cut {path}: {refused.Message}", refused);
            }
        }

        public void Sync() => RandomAccess.FlushToDisk(handle);

        public void Dispose() => handle.Dispose();
    }
}
