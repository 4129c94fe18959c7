namespace Agent.Components.Loki.SourceFile.Rotation;

internal enum RotationKind
{
    /// <summary>Nothing was read of it.</summary>
    Unknown,

    /// <summary>It was read up to an offset.</summary>
    Known,

    /// <summary>It is read already, or somebody else does.</summary>
    Settled,
}

/// <summary>What is known of one rotated file.</summary>
/// <param name="Kind">Whether it was read.</param>
/// <param name="Offset">How far.</param>
/// <param name="Former">The entry under which that is known, where it is one of another file: the same content, compressed or copied.</param>
internal readonly record struct RotationVerdict(RotationKind Kind, long Offset = 0, PathPosition? Former = null)
{
    /// <summary>Set where lines of the file that were read before are under way: it is read on as the same file.</summary>
    public DeliveredOffset? Continued { get; init; }
}
