namespace Agent.Components.Common.Http;

/// <summary>A small file read again whenever its time or length has changed: one stat per use instead of one read.</summary>
internal sealed class WatchedFile(string path)
{
    private readonly Lock _gate = new();
    private DateTime _written;
    private long _length = -1;
    private string _text = "";

    public string Path => path;

    /// <summary>The text without leading and trailing white space, and a number that grows with each change.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public (string Text, int Version) Read()
    {
        lock (_gate)
        {
            // A link (as ConfigMaps and Secrets are mounted) counts as what it points to.
            var file = new FileInfo(path);
            FileSystemInfo target = file.ResolveLinkTarget(returnFinalTarget: true) ?? file;
            DateTime written = target.LastWriteTimeUtc;
            long length = target is FileInfo { Exists: true } found ? found.Length : -1;
            if (length < 0 || length != _length || written != _written)
            {
                _text = ReadText();
                (_written, _length) = (written, length);
                Version++;
            }
            return (_text, Version);
        }
    }

    private int Version { get; set; }

    private string ReadText()
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new IOException($"cannot read {path}: {denied.Message}", denied);
        }
        catch (IOException failed)
        {
            throw new IOException($"cannot read {path}: {failed.Message}", failed);
        }
    }
}
