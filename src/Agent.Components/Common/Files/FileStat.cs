using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Agent.Storage;
using Microsoft.Win32.SafeHandles;

namespace Agent.Components.Common.Files;

internal enum FileKind
{
    Regular,
    Folder,
    Other,
}

/// <summary>What the kernel knows of a file. Symbolic links are followed.</summary>
/// <param name="Identity">Device and inode.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Size">In bytes.</param>
/// <param name="Links">Names it has; 0 once it is deleted.</param>
/// <param name="Modified">When its content changed last.</param>
/// <param name="Born">When it was made; null where the file system does not keep that.</param>
internal readonly record struct FileStat(
    FileIdentity Identity, FileKind Kind, long Size, uint Links, DateTimeOffset Modified, DateTimeOffset? Born)
{
    private const int KindMask = 0xf000;
    private const int RegularKind = 0x8000;
    private const int FolderKind = 0x4000;

    /// <summary>Asks for a path.</summary>
    /// <param name="path">May end in a link.</param>
    /// <param name="stat">The answer.</param>
    /// <param name="error">Why there is none, in the system's words.</param>
    public static bool TryGet(string path, out FileStat stat, out string error) =>
        TryRead(Libc.CurrentFolder, path, flags: 0, out stat, out error);

    /// <summary>Asks for an open file, whatever became of its name.</summary>
    public static bool TryGet(SafeFileHandle handle, out FileStat stat, out string error) =>
        TryRead((int)handle.DangerousGetHandle(), "", Libc.EmptyPath, out stat, out error);

    private static bool TryRead(int folder, string path, int flags, out FileStat stat, out string error)
    {
        // struct statx has the same layout on every architecture.
        Span<byte> raw = stackalloc byte[Libc.StatxSize];
        if (Libc.Statx(folder, path, flags, Libc.BasicStats | Libc.BirthTime, raw) != 0)
        {
            stat = default;
            error = Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError()).ToLowerInvariant();
            return false;
        }
        uint mask = BinaryPrimitives.ReadUInt32LittleEndian(raw);
        ulong device = ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(raw[136..]) << 32) | BinaryPrimitives.ReadUInt32LittleEndian(raw[140..]);
        int mode = BinaryPrimitives.ReadUInt16LittleEndian(raw[28..]);
        stat = new FileStat(
            new FileIdentity(device, BinaryPrimitives.ReadUInt64LittleEndian(raw[32..])),
            (mode & KindMask) switch { RegularKind => FileKind.Regular, FolderKind => FileKind.Folder, _ => FileKind.Other },
            BinaryPrimitives.ReadInt64LittleEndian(raw[40..]),
            BinaryPrimitives.ReadUInt32LittleEndian(raw[16..]),
            Time(raw[112..]),
            (mask & Libc.BirthTime) != 0 ? Time(raw[80..]) : null);
        error = "";
        return true;
    }

    // A damaged file system can hold times far outside of what a date can say.
    private static DateTimeOffset Time(ReadOnlySpan<byte> raw)
    {
        long seconds = BinaryPrimitives.ReadInt64LittleEndian(raw);
        uint nanoseconds = BinaryPrimitives.ReadUInt32LittleEndian(raw[8..]);
        long bounded = Math.Clamp(seconds, -62_135_596_800, 253_402_300_799 - 1);
        return DateTimeOffset.FromUnixTimeSeconds(bounded).AddTicks(nanoseconds / TimeSpan.NanosecondsPerTick);
    }
}
