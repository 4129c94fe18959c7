namespace Agent.Storage;

/// <summary>Replaces a file as a whole, so that a crash at any moment leaves the old content or the new one.</summary>
public static class AtomicFile
{
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
        // The new content is in place whatever comes of this, and the next save will sync the folder again.
        _ = FolderSync.TrySync(folder, out _);
    }
}
