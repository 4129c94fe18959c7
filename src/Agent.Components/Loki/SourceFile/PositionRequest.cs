namespace Agent.Components.Loki.SourceFile;

/// <summary>Who asks for the position of a file.</summary>
/// <param name="Path">Where the file stands.</param>
/// <param name="Labels">As what it is read.</param>
/// <param name="Options">How it is read.</param>
internal readonly record struct PositionRequest(string Path, string Labels, TailOptions Options)
{
    /// <summary>Nobody else reads the path, so that a position under other labels is this one's.</summary>
    public bool AnyLabels { get; init; }

    /// <summary>The target was there when the component started.</summary>
    public bool WasThereAtStart { get; init; }

    /// <summary>The path was looked at before this file stood there: its start is news, whatever <c>tail_from_end</c> says.</summary>
    public bool IsNew { get; init; }
}
