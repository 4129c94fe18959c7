namespace Agent.Storage;

/// <summary>What a file is, whatever its name: the device it lies on, and its inode there. Inodes are given again after a deletion.</summary>
public readonly record struct FileIdentity(ulong Device, ulong Inode)
{
    /// <summary>No file in particular: the mark of positions that were taken over from another agent, which knew paths only.</summary>
    public bool IsNone => Inode == 0;

    public override string ToString() => $"{Device}:{Inode}";
}
