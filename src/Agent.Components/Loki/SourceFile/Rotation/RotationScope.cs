using Agent.Storage;

namespace Agent.Components.Loki.SourceFile.Rotation;

/// <summary>What is known of a path when its rotated files are looked for.</summary>
/// <param name="Path">Where the file stands, links resolved: its rotated files lie beside it.</param>
/// <param name="Known">What was read of the path before; without any of it no rotated file is read.</param>
internal sealed record RotationScope(string Path, List<PathPosition> Known)
{
    /// <summary>The file that stands at the path; none where there is none.</summary>
    public FileIdentity Live { get; init; }

    /// <summary>The live file was read before: what was rotated away before it was made is read only where it was begun.</summary>
    public bool IsLiveKnown { get; init; }

    /// <summary>When the file that was read last was seen to change. Only what changed later can have come after it.</summary>
    public DateTimeOffset Since { get; init; }

    /// <summary>A file to open even where all of it was read: it stood at the path a moment ago, and its writers may not have left it.</summary>
    public FileIdentity? Left { get; init; }
}
