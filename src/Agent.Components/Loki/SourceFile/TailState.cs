namespace Agent.Components.Loki.SourceFile;

/// <summary>How a tail is doing, for health, metrics and the UI.</summary>
/// <param name="Problem">Why the path cannot be read, or null.</param>
/// <param name="ProblemSince">Since when, as a timestamp of the clock.</param>
/// <param name="HasRead">Something stood at the path before.</param>
/// <param name="IsPolled">The system does not report changes.</param>
/// <param name="DueAt">When to look again, whatever the system reports, as a timestamp of the clock.</param>
/// <param name="ReadOffset">How far the file was read.</param>
/// <param name="DeliveredOffset">How far it was delivered.</param>
/// <param name="Size">Its size when last seen.</param>
/// <param name="OpenFiles">Files it holds open: the one at the path, and those that stood there before.</param>
internal sealed record TailState(
    string? Problem, long ProblemSince, bool HasRead, bool IsPolled, long DueAt, long ReadOffset, long DeliveredOffset, long Size, int OpenFiles);
