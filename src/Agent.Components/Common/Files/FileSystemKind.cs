using System.Buffers.Binary;

namespace Agent.Components.Common.Files;

/// <summary>Tells file systems whose changes are made elsewhere, so that the kernel does not see them.</summary>
internal static class FileSystemKind
{
    /// <summary>True where inotify reports no changes of others: NFS, SMB, 9P, Ceph, AFS. (FUSE may be either.)</summary>
    public static bool IsRemote(string folder) =>
        MagicOf(folder) is 0x6969 or 0x517B or 0xFE534D42 or 0xFF534D42 or 0x01021997 or 0x00C36400 or 0x5346414F;

    /// <summary>True where the kernel shows its processes.</summary>
    public static bool IsProc(string folder) => MagicOf(folder) == 0x9FA0;

    private static uint? MagicOf(string folder)
    {
        // struct statfs begins with the magic number, as a long (statfs(2)).
        Span<byte> raw = stackalloc byte[Libc.StatfsSize];
        return Libc.Statfs(folder, raw) == 0 ? BinaryPrimitives.ReadUInt32LittleEndian(raw) : null;
    }
}
