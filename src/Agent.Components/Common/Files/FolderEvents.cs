namespace Agent.Components.Common.Files;

/// <summary>What inotify reports; the values are the kernel's.</summary>
[Flags]
internal enum FolderEvents : uint
{
    None = 0,
    Modified = 0x2,
    Attributes = 0x4,
    MovedFrom = 0x40,
    MovedTo = 0x80,
    Created = 0x100,
    Deleted = 0x200,
    FolderDeleted = 0x400,
    FolderMoved = 0x800,

    /// <summary>The watch is gone, with its folder or by our own wish.</summary>
    Ignored = 0x8000,

    /// <summary>Events were lost: anything may have happened anywhere.</summary>
    Overflow = 0x4000,

    OnlyFolders = 0x1000000,

    /// <summary>Names came or went.</summary>
    Names = MovedFrom | MovedTo | Created | Deleted | FolderDeleted | FolderMoved,

    /// <summary>Names or contents.</summary>
    Contents = Names | Modified,
}
