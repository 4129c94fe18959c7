namespace Agent.Storage;

/// <summary>How far a file was delivered.</summary>
public sealed record FilePosition
{
    /// <summary>The offset of an entry that was found damaged: the file is known, how far it was read is not.</summary>
    public const long Unreadable = -1;

    public FileIdentity Identity { get; init; }

    public FileFingerprint Fingerprint { get; init; }

    /// <summary>Bytes delivered, counted from the start of the (decompressed) file; or <see cref="Unreadable"/>.</summary>
    public required long Offset { get; init; }

    /// <summary>Where the file was seen last.</summary>
    public required string Path { get; init; }

    /// <summary>The labels of the target, as <c>{a="b"}</c>; tells apart two targets that read the same file.</summary>
    public required string Labels { get; init; }

    /// <summary>When somebody read the file last, in seconds since the Unix epoch.</summary>
    public long Seen { get; init; }
}
