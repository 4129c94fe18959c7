namespace Agent.Storage;

/// <summary>Hash of the first bytes of a file. It tells a file from another one that was given the same inode later.</summary>
/// <param name="Length">How many bytes were hashed, at most <see cref="Size"/>; fewer where the file was shorter then.</param>
/// <param name="Hash">64-bit FNV-1a.</param>
public readonly record struct FileFingerprint(int Length, ulong Hash)
{
    /// <summary>The most bytes a fingerprint covers.</summary>
    public const int Size = 1024;

    /// <summary>True where it covers all it can, so that it will not change while the file grows.</summary>
    public bool IsFull => Length == Size;

    /// <summary>The fingerprint of a file that begins with <paramref name="start"/>; bytes beyond <see cref="Size"/> are ignored.</summary>
    public static FileFingerprint Of(ReadOnlySpan<byte> start)
    {
        ReadOnlySpan<byte> covered = start.Length > Size ? start[..Size] : start;
        return new FileFingerprint(covered.Length, Fnv1a.Hash(covered));
    }

    /// <summary>True where a file that begins with <paramref name="start"/> can be the one this was taken of, grown or not.</summary>
    public bool Matches(ReadOnlySpan<byte> start) => start.Length >= Length && Of(start[..Length]) == this;
}
