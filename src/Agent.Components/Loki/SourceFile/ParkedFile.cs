using Agent.Components.Common.Files;

namespace Agent.Components.Loki.SourceFile;

/// <summary>A file that was closed because nothing was written to it for long; it is opened again when it changes.</summary>
internal sealed class ParkedFile(in FileStat stat, DeliveredOffset delivered)
{
    public FileStat Stat { get; } = stat;

    /// <summary>How far it was delivered: all of it.</summary>
    public DeliveredOffset Delivered { get; } = delivered;

    /// <summary>True while the same file stands at the path as it was left.</summary>
    public bool IsUnchanged(in FileStat stat) =>
        stat.Identity == Stat.Identity && stat.Size == Stat.Size && stat.Modified == Stat.Modified;
}
