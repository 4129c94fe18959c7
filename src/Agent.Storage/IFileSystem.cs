namespace Agent.Storage;

/// <summary>What durable formats need of a file system; small, so that tests can bring one that tears writes, loses what was not synced, and fills up.</summary>
/// <remarks>Every failure is an <see cref="IOException"/>, want of rights too. Safe on any thread.</remarks>
public interface IFileSystem
{
    /// <summary>Makes a folder and those above it, where they are missing.</summary>
    void CreateFolder(string folder);

    /// <summary>The files, not the folders, that lie directly in a folder.</summary>
    IReadOnlyList<FileEntry> List(string folder);

    /// <summary>Makes an empty file to read and write; one that is there loses its contents.</summary>
    IFile Create(string path);

    /// <summary>Opens a file that is there.</summary>
    /// <exception cref="FileNotFoundException">It is not there.</exception>
    IFile Open(string path, FileAccess access);

    /// <summary>Deletes a file; one that is not there is no error.</summary>
    void Delete(string path);

    /// <summary>Makes durable which files a folder has.</summary>
    void SyncFolder(string folder);

    /// <summary>Size of the volume that a folder lies on, in bytes.</summary>
    long VolumeSize(string folder);

    /// <summary>Takes a lock that ends with the process, or when it is disposed of.</summary>
    /// <exception cref="IOException">Somebody has it, in this process or in another.</exception>
    IDisposable Lock(string path);
}

/// <summary>A file as a folder lists it.</summary>
public readonly record struct FileEntry(string Name, long Length);

/// <summary>An open file, read and written at offsets. Safe on any thread. Disposing of it while it is in use is fine; using it later throws.</summary>
public interface IFile : IDisposable
{
    /// <summary>Length in bytes, as of now.</summary>
    long Length { get; }

    /// <summary>Fills the buffer; fewer bytes come back only where the file ends.</summary>
    int Read(Span<byte> buffer, long offset);

    /// <summary>Writes everything. After an exception any part of it may have been written.</summary>
    void Write(ReadOnlySpan<byte> data, long offset);

    /// <summary>Cuts the file, or grows it with zeros.</summary>
    void Truncate(long length);

    /// <summary>Returns when what was written before is on disk. After an exception it may be gone, also if the next call succeeds.</summary>
    void Sync();
}
