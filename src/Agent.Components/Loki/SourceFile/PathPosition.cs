using Agent.Storage;

namespace Agent.Components.Loki.SourceFile;

/// <summary>How far one of the files of a path was delivered.</summary>
/// <param name="Entry">As it is saved.</param>
/// <param name="Underway">Set while the file is open, or batches of it are under way.</param>
internal sealed record PathPosition(FilePosition Entry, DeliveredOffset? Underway)
{
    /// <summary>How far it was read.</summary>
    public long ReadEnd => Underway?.ReadEnd ?? Entry.Offset;
}
