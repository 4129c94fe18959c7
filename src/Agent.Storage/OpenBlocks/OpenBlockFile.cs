namespace Agent.Storage.OpenBlocks;

/// <summary>Holds what is gathered for a block until the block is safe, so that it outlives the process. Not thread safe.</summary>
/// <remarks>
/// Every addition is one write that is not synced: it is there for whoever starts next, but not after a power cut. The file is written over
/// from its start for each block, under a new generation; so its pages stay in memory, and little of it ever gets to the disk.
/// </remarks>
public sealed class OpenBlockFile : IDisposable
{
    /// <summary>An outsize block gives its place back.</summary>
    private const int KeptBytes = 4 << 20;

    private readonly OpenBlockFolder _folder;
    private readonly Func<byte[]> _owner;
    private string? _path;
    private IFile? _file;
    private byte[] _header = [];
    private long _end;
    private uint _seed;
    private bool _isHeaderDue;
    private bool _mayHaveContent;

    internal OpenBlockFile(OpenBlockFolder folder, Func<byte[]> owner) => (_folder, _owner) = (folder, owner);

    /// <summary>Whether anything may be found by whoever starts next.</summary>
    public bool HasContent => _mayHaveContent;

    /// <summary>Adds to the block. Whoever starts next finds all of the addition or nothing.</summary>
    /// <returns>False where the disk does not take it; then it is not there, and may be handed over again with the next addition.</returns>
    public bool Append(ReadOnlySpan<byte> metadata, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        if (!_folder.IsWorthTrying)
        {
            return false;
        }
        try
        {
            IFile file = _file ??= Create();
            if (_isHeaderDue)
            {
                WriteHeader(file);
            }
            Span<byte> frame = _folder.Scratch(OpenBlockFrame.LengthOf(metadata.Length, first.Length, second.Length));
            OpenBlockFrame.Write(frame, _seed, metadata, first, second);
            _mayHaveContent = true;
            file.Write(frame, _end);
            _end += frame.Length;
            _folder.Wrote(frame.Length);
            return true;
        }
        catch (IOException failed)
        {
            _folder.Fail(failed.Message);
            return false;
        }
    }

    /// <summary>Empties the file: its block is safe elsewhere.</summary>
    public void BeginAnew()
    {
        if (_file is null || !_mayHaveContent)
        {
            return;
        }
        bool isOutsize = _end > KeptBytes;
        (_end, _isHeaderDue, _mayHaveContent) = (_header.Length, true, false);
        try
        {
            if (isOutsize)
            {
                _file.Truncate(0);
            }
            WriteHeader(_file);
        }
        catch (IOException failed)
        {
            // The next start may find a block that it has. Nothing is added before the header is there.
            _folder.Fail(failed.Message);
        }
    }

    /// <summary>Leaves the file behind with its content, for whoever waits until the block is safe; the next block gets another one.</summary>
    /// <returns>Where it is.</returns>
    public string Leave()
    {
        string path = _path!;
        Close();
        return path;
    }

    /// <summary>Deletes the file, unless its content is needed.</summary>
    public void Dispose()
    {
        string? path = _mayHaveContent ? null : _path;
        Close();
        if (path is not null)
        {
            _folder.Delete(path);
        }
    }

    private IFile Create()
    {
        _header = OpenBlockHeader.ToBytes(_owner());
        (_end, _isHeaderDue) = (_header.Length, true);
        return _folder.Create(out _path);
    }

    private void WriteHeader(IFile file)
    {
        _seed = OpenBlockHeader.SetGeneration(_header, _folder.NextGeneration());
        file.Write(_header, 0);
        _isHeaderDue = false;
    }

    private void Close()
    {
        _file?.Dispose();
        (_file, _path, _header, _end, _mayHaveContent) = (null, null, [], 0, false);
    }
}
